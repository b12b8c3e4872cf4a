package emit

import (
	"sync"

	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// Names of the functions that every module has. Some are its exports, as OPA's ABI names them.
const (
	evalName    = "eval"
	opaEvalName = "opa_eval"
	startName   = "start"
	runName     = "run"
)

// Offsets in the context of an evaluation, which the ABI passes.
const contextInput, contextData, contextResult, contextEntry = 0, 4, 8, 12

// noPlan is for functions that belong to no plan.
var noPlan = &ir.Policy{Static: &ir.Static{}, Funcs: &ir.Funcs{}}

// framesOf are the functions around those of any plan, made once a library.
var framesOf sync.Map

// frame gives the functions around those of the plan.
func frame(lib *library.Library) ([]*Function, error) {
	if known, ok := framesOf.Load(lib.ID); ok {
		return known.([]*Function), nil
	}
	made, err := makeFrame(lib)
	if err == nil {
		known, _ := framesOf.LoadOrStore(lib.ID, made)
		return known.([]*Function), nil
	}
	return nil, err
}

func makeFrame(lib *library.Library) ([]*Function, error) {
	u := newUnit(lib, noPlan)
	word := func(parameters int) wasm.Signature { return wasm.Signature{Parameters: parameters, Result: true} }
	var made []*Function
	for _, f := range []struct {
		name string
		s    wasm.Signature
		fill func(*maker)
	}{
		{runName, word(3), (*maker).run},
		{opaEvalName, word(7), (*maker).opaEval},
		{evalName, word(1), (*maker).eval},
	} {
		m := u.maker(f.name, f.s)
		f.fill(m)
		function, err := m.finish(nil)
		if err != nil {
			return nil, err
		}
		made = append(made, function)
	}
	return made, nil
}

// run(entry, input, data) gives the result set. An entry is its number in the table.
func (m *maker) run() {
	entry, input, data := 0, 1, 2
	results := m.Local(wasm.I32)
	m.Global(counted, wasm.I64)
	m.Const64(1)
	m.Op(wasm.I64Add)
	m.SetGlobal(counted, wasm.I64)
	m.Global(counted, wasm.I64)
	m.SetGlobal(valid, wasm.I64)
	m.Const(0)
	m.SetGlobal(depth, wasm.I32)
	m.Const(0)
	m.SetGlobal(marked, wasm.I32)
	m.call("opa_set")
	m.Set(results)
	m.Get(input)
	m.Get(data)
	m.Get(results)
	m.Get(entry)
	m.CallTable(toType(entryType), entryType)
	m.Get(results)
}

// opaEval(reserved, entry, data, input, length, heap, format) evaluates in one call.
func (m *maker) opaEval() {
	entry, data, input, length, heap, format := 1, 2, 3, 4, 5, 6
	results := m.Local(wasm.I32)
	m.Get(heap)
	m.call("opa_heap_ptr_set")
	m.Get(entry)
	m.Get(input)
	m.IfWord()
	m.Get(input)
	m.Get(length)
	m.call("opa_value_parse")
	m.Else()
	m.Const(0)
	m.End()
	m.Get(data)
	m.CallTo(toFunction(runName), wasm.Signature{Parameters: 3, Result: true})
	m.Set(results)
	m.Get(format)
	m.IfWord()
	m.Get(results)
	m.call("opa_value_dump")
	m.Else()
	m.Get(results)
	m.call("opa_json_dump")
	m.End()
}

// eval(context) evaluates what the context holds, and puts the result into it.
func (m *maker) eval() {
	m.Get(0)
	for _, offset := range []int{contextEntry, contextInput, contextData} {
		m.Get(0)
		m.Load(wasm.I32Load, offset)
	}
	m.CallTo(toFunction(runName), wasm.Signature{Parameters: 3, Result: true})
	m.Store(wasm.I32Store, contextResult)
	m.Const(0)
}

// start gets memory ready: the addresses in the constants become true, and in the main part the heap begins behind them all.
func (m *maker) start(addresses []run, main bool) {
	for _, r := range addresses {
		m.relocate(r)
	}
	if !main {
		return
	}
	m.Global(heapAt, wasm.I32)
	m.call("opa_malloc_init")
	m.call("opa_mpd_init")
	m.ConstOf(toMappingLength{})
	m.If()
	m.address(toMapping{})
	m.ConstOf(toMappingLength{})
	m.call("opa_mapping_init")
	m.End()
}

// relocate adds the place of the constants to words that stand at equal distances.
func (m *maker) relocate(r run) {
	if r.count == 0 {
		return
	}
	at, end := m.Local(wasm.I32), m.Local(wasm.I32)
	m.Global(constantsAt, wasm.I32)
	m.Const(r.at)
	m.Op(wasm.I32Add)
	m.Tee(at)
	m.Const(r.count * r.stride)
	m.Op(wasm.I32Add)
	m.Set(end)
	m.Loop()
	m.Get(at)
	m.Get(at)
	m.Load(wasm.I32Load, 0)
	m.Global(constantsAt, wasm.I32)
	m.Op(wasm.I32Add)
	m.Store(wasm.I32Store, 0)
	m.Get(at)
	m.Const(r.stride)
	m.Op(wasm.I32Add)
	m.Tee(at)
	m.Get(end)
	m.Op(wasm.I32LtU)
	m.BranchIf(0)
	m.End()
}

// address is where a constant of this part is.
func (m *maker) address(to any) {
	m.Global(constantsAt, wasm.I32)
	m.ConstOf(to)
	m.Op(wasm.I32Add)
}
