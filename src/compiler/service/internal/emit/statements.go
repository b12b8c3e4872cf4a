package emit

import (
	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// Types of values, as the library numbers them.
const arrayType, objectType, setType = 5, 6, 7

// blocks makes each block one that statements leave when they are undefined.
func (m *maker) blocks(blocks []*ir.Block) {
	for _, block := range blocks {
		m.Block()
		m.statements(block)
		m.End()
	}
}

func (m *maker) statements(block *ir.Block) {
	for _, s := range block.Stmts {
		m.statement(s)
	}
}

func (m *maker) statement(s ir.Stmt) {
	switch s := s.(type) {
	case *ir.BlockStmt:
		m.blocks(s.Blocks)
	case *ir.BreakStmt:
		m.Branch(int(s.Index))
	case *ir.NotStmt:
		m.not(s)
	case *ir.ScanStmt:
		m.scan(s)
	case *ir.WithStmt:
		m.with(s)
	case *ir.CallStmt:
		m.callStatement(s)
	case *ir.CallDynamicStmt:
		m.callDynamic(s)
	case *ir.ReturnLocalStmt:
		m.keep(s.Source)
		m.get(s.Source)
		m.Return()
	case *ir.ResultSetAddStmt:
		m.Get(m.results)
		m.get(s.Value)
		m.call("opa_set_add")
	case *ir.NopStmt:
	case *ir.DotStmt, *ir.EqualStmt, *ir.NotEqualStmt, *ir.IsArrayStmt, *ir.IsObjectStmt, *ir.IsSetStmt, *ir.IsDefinedStmt, *ir.IsUndefinedStmt:
		m.condition(s)
	default:
		m.assignment(s)
	}
}

// condition makes a statement that leaves its block when it does not hold.
func (m *maker) condition(s ir.Stmt) {
	switch s := s.(type) {
	case *ir.DotStmt:
		m.dot(s)
	case *ir.EqualStmt:
		m.differ(s.A, s.B)
		m.BranchIf(0)
	case *ir.NotEqualStmt:
		m.differ(s.A, s.B)
		m.Op(wasm.I32Eqz)
		m.BranchIf(0)
	case *ir.IsArrayStmt:
		m.isType(s.Source, arrayType)
	case *ir.IsObjectStmt:
		m.isType(s.Source, objectType)
	case *ir.IsSetStmt:
		m.isType(s.Source, setType)
	case *ir.IsDefinedStmt:
		m.get(s.Source)
		m.Op(wasm.I32Eqz)
		m.BranchIf(0)
	case *ir.IsUndefinedStmt:
		m.get(s.Source)
		m.BranchIf(0)
	}
}

// differ puts a word that is not zero on the stack when two values are not the same. There is one true and one false, so
// that a look at the address tells.
func (m *maker) differ(a, b ir.Operand) {
	m.read(a)
	m.read(b)
	if isBool(a) || isBool(b) {
		m.Op(wasm.I32Ne)
	} else {
		m.call("opa_value_compare")
	}
}

func isBool(o ir.Operand) bool {
	_, ok := o.Value.(ir.Bool)
	return ok
}

func (m *maker) isType(source ir.Operand, kind int) {
	if _, ok := source.Value.(ir.Local); !ok {
		m.Branch(0)
		return
	}
	m.read(source)
	m.call("opa_value_type")
	m.Const(kind)
	m.Op(wasm.I32Ne)
	m.BranchIf(0)
}

func (m *maker) not(s *ir.NotStmt) {
	holds := m.Local(wasm.I32)
	m.Const(1)
	m.Set(holds)
	m.Block()
	m.statements(s.Block)
	m.Const(0)
	m.Set(holds)
	m.End()
	m.Get(holds)
	m.Op(wasm.I32Eqz)
	m.BranchIf(0)
}

// assignment makes a statement that gives a local or a collection something.
func (m *maker) assignment(s ir.Stmt) {
	switch s := s.(type) {
	case *ir.AssignVarStmt:
		m.assign(s)
	case *ir.AssignVarOnceStmt:
		if !m.leaveEarly(s) {
			m.assignOnce(s)
		}
	case *ir.AssignIntStmt:
		m.get(s.Target)
		m.Const64(s.Value)
		m.callWide("opa_value_number_set_int", false)
	case *ir.ResetLocalStmt:
		m.Const(0)
		m.set(s.Target)
	case *ir.LenStmt:
		m.read(s.Source)
		m.call("opa_value_length")
		m.call("opa_number_size")
		m.set(s.Target)
	case *ir.ArrayAppendStmt:
		m.get(s.Array)
		m.read(s.Value)
		m.call("opa_array_append")
	case *ir.SetAddStmt:
		m.get(s.Set)
		m.read(s.Value)
		m.call("opa_set_add")
	case *ir.ObjectInsertStmt:
		m.get(s.Object)
		m.read(s.Key)
		m.read(s.Value)
		m.call("opa_object_insert")
	case *ir.ObjectInsertOnceStmt:
		m.insertOnce(s)
	case *ir.ObjectMergeStmt:
		m.get(s.A)
		m.get(s.B)
		m.call("opa_value_merge")
		m.set(s.Target)
	default:
		m.constant(s)
	}
}

// constant makes a statement that makes a value out of nothing.
func (m *maker) constant(s ir.Stmt) {
	var target ir.Local
	switch s := s.(type) {
	case *ir.MakeNullStmt:
		m.call("opa_null")
		target = s.Target
	case *ir.MakeNumberIntStmt:
		target = s.Target
		if !m.counters[target] {
			m.address(toNumber{whole: s.Value})
			break
		}
		m.Const64(s.Value)
		m.callWide("opa_number_int", true)
	case *ir.MakeNumberRefStmt:
		m.address(toNumber{text: m.text(s.Index)})
		target = s.Target
	case *ir.MakeArrayStmt:
		m.Const(int(s.Capacity))
		m.call("opa_array_with_cap")
		target = s.Target
	case *ir.MakeObjectStmt:
		m.call("opa_object")
		target = s.Target
	case *ir.MakeSetStmt:
		m.call("opa_set")
		target = s.Target
	default:
		m.fail("a statement of the kind %T", s)
		return
	}
	m.set(target)
}

// callWide calls a function of the library whose last parameter is a long word.
func (m *maker) callWide(name string, result bool) {
	m.CallWide(toLibrary(name), result, name == "opa_value_number_set_int")
}

func (m *maker) assignOnce(s *ir.AssignVarOnceStmt) {
	m.Block()
	m.Block()
	m.get(s.Target)
	m.Op(wasm.I32Eqz)
	m.BranchIf(0)
	m.get(s.Target)
	m.read(s.Source)
	m.call("opa_value_compare")
	m.Op(wasm.I32Eqz)
	m.BranchIf(1)
	m.conflict(s.GetLocation(), "var assignment conflict")
	m.End()
	m.read(s.Source)
	m.set(s.Target)
	m.End()
}

func (m *maker) insertOnce(s *ir.ObjectInsertOnceStmt) {
	known := m.Local(wasm.I32)
	m.Block()
	m.Block()
	m.get(s.Object)
	m.read(s.Key)
	m.call("opa_value_get")
	m.Tee(known)
	m.Op(wasm.I32Eqz)
	m.BranchIf(0)
	m.Get(known)
	m.read(s.Value)
	m.call("opa_value_compare")
	m.Op(wasm.I32Eqz)
	m.BranchIf(1)
	m.conflict(s.GetLocation(), "object insert conflict")
	m.End()
	m.get(s.Object)
	m.read(s.Key)
	m.read(s.Value)
	m.call("opa_object_insert")
	m.End()
}

// conflict ends the evaluation, naming the place.
func (m *maker) conflict(l *ir.Location, message string) {
	p := m.placeOf(l)
	m.address(toText(p.File))
	m.Const(p.Row)
	m.Const(p.Col)
	m.address(toText(message))
	m.call("opa_runtime_error")
	m.Unreachable()
}
