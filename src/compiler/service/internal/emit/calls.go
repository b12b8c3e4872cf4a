package emit

import (
	"fmt"

	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/marks"
	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

const walkBuiltin = "walk"

func (m *maker) callStatement(s *ir.CallStmt) {
	if s.Func == marks.Name {
		m.mark(s)
		return
	}
	if parameters, ok := m.arity[s.Func]; ok {
		m.callPlanned(s, parameters)
		return
	}
	if symbol, ok := library.Native(s.Func); ok {
		if s.Func == walkBuiltin && m.fills {
			symbol = library.WalkInOrder
		}
		m.arguments(s.Args)
		m.call(symbol)
		m.setOrLeave(s.Result)
		return
	}
	m.callHosted(s)
}

func (m *maker) arguments(args []ir.Operand) {
	for _, arg := range args {
		m.read(arg)
	}
}

// callPlanned calls a rule or a function. The planner also makes a call without arguments of a function that a reference
// with a variable could mean, which has no value.
func (m *maker) callPlanned(s *ir.CallStmt, parameters int) {
	if len(s.Args) < parameters {
		m.Branch(0)
		return
	}
	m.arguments(s.Args)
	m.CallTo(toFunction(m.in.function(s.Func)), wasm.Signature{Parameters: parameters, Result: true})
	m.setOrLeave(s.Result)
}

func (m *maker) callHosted(s *ir.CallStmt) {
	b, ok := m.builtins[s.Func]
	if !ok {
		m.fail("the function %s is not known", s.Func)
		return
	}
	if len(s.Args) > library.MaxOperands {
		m.fail("the built-in %s takes %d arguments, at most %d are possible", s.Func, len(s.Args), library.MaxOperands)
		return
	}
	m.Global(toBuiltin(s.Func), wasm.I32)
	m.Const(0)
	m.arguments(s.Args)
	m.CallTo(toLibrary(fmt.Sprintf("%s%d", library.HostCall, len(s.Args))), wasm.Signature{Parameters: len(s.Args) + 2, Result: true})
	if b.Decl.Result() == nil {
		m.Op(wasm.Drop)
		return
	}
	m.setOrLeave(s.Result)
}

// ruleType is the type of what a call by path can reach.
var ruleType = wasm.Signature{Parameters: ruleParameters, Result: true}

// outOfReference leaves the block around the two that the planner puts around a call by path: the rule was found, so that
// its value counts, even when there is none.
const outOfReference = 3

// callDynamic calls the rule whose path is known when it runs.
func (m *maker) callDynamic(s *ir.CallDynamicStmt) {
	path, found := m.Local(wasm.I32), m.Local(wasm.I32)
	m.Const(len(s.Path))
	m.call("opa_array_with_cap")
	m.Set(path)
	pattern := m.pattern(s)
	pattern[0] = m.in.generation(pattern[0])
	for i, step := range s.Path {
		m.Get(path)
		if i == 0 {
			m.address(toString(pattern[0]))
		} else {
			m.read(step)
		}
		m.call("opa_array_append")
	}
	m.dynamic = append(m.dynamic, pattern)
	m.Get(path)
	m.call("opa_mapping_lookup")
	m.Tee(found)
	m.Op(wasm.I32Eqz)
	m.BranchIf(0)
	for _, arg := range s.Args {
		m.get(arg)
	}
	m.Get(found)
	m.CallTable(toType(ruleType), ruleType)
	m.base[s.Result], m.rule[s.Result] = true, found
	m.Tee(m.local(s.Result))
	m.Op(wasm.I32Eqz)
	m.BranchIf(outOfReference)
}

// Inside of a `with` the library keeps the values of rules, for each of them anew; outside they stand in a table.

// recall returns the value that was found before in the same evaluation.
func (m *maker) recall() {
	slot := toSlot(m.name)
	m.address(slot)
	m.Load(wasm.I64Load, 0)
	m.Global(valid, wasm.I64)
	m.Op(wasm.I64Eq)
	m.If()
	m.address(slot)
	m.Load(wasm.I32Load, slotValue)
	m.Return()
	m.End()
	m.Global(depth, wasm.I32)
	m.If()
	known := m.Local(wasm.I32)
	m.address(slot)
	m.call("opa_memoize_get")
	m.Tee(known)
	m.If()
	m.Get(known)
	m.Return()
	m.End()
	m.End()
}

// slotValue is where the value stands in its slot, behind the mark; slots are slotSize apart.
const slotValue, slotSize = 8, 16

func (m *maker) keep(source ir.Local) {
	if !m.kept {
		return
	}
	slot := toSlot(m.name)
	m.Global(depth, wasm.I32)
	m.If()
	{
		m.get(source)
		m.If()
		m.address(slot)
		m.get(source)
		m.call("opa_memoize_insert")
		m.End()
	}
	m.Else()
	{
		m.address(slot)
		m.get(source)
		m.Store(wasm.I32Store, slotValue)
		m.address(slot)
		m.Global(valid, wasm.I64)
		m.Store(wasm.I64Store, 0)
	}
	m.End()
}
