package emit

import (
	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// with runs a block while the input or the data is another one. Values of rules that were found outside do not count inside.
func (m *maker) with(s *ir.WithStmt) {
	saved, undefined := m.Local(wasm.I32), m.Local(wasm.I32)
	document := m.local(s.Local)
	m.call("opa_memoize_push")
	m.Global(depth, wasm.I32)
	m.Const(1)
	m.Op(wasm.I32Add)
	m.SetGlobal(depth, wasm.I32)
	m.Const64(-1)
	m.SetGlobal(valid, wasm.I64)
	m.Get(document)
	m.Set(saved)
	if len(s.Path) == 0 {
		m.read(s.Value)
		m.Set(document)
	} else {
		m.replace(document, s)
	}
	m.Const(1)
	m.Set(undefined)
	m.Block()
	m.statements(s.Block)
	m.Const(0)
	m.Set(undefined)
	m.End()
	m.Get(saved)
	m.Set(document)
	m.leave()
	m.Get(undefined)
	m.BranchIf(0)
}

func (m *maker) leave() {
	m.call("opa_memoize_pop")
	m.Global(depth, wasm.I32)
	m.Const(1)
	m.Op(wasm.I32Sub)
	m.SetGlobal(depth, wasm.I32)
	m.Global(depth, wasm.I32)
	m.Op(wasm.I32Eqz)
	m.If()
	m.Global(counted, wasm.I64)
	m.SetGlobal(valid, wasm.I64)
	m.End()
}

// replace gives the document another value at a path: everything above it is copied, so that nobody else sees it.
func (m *maker) replace(document int, s *ir.WithStmt) {
	node, parent := m.Local(wasm.I32), m.Local(wasm.I32)
	m.Get(document)
	m.own(node)
	m.Get(node)
	m.Set(document)
	for _, step := range s.Path[:len(s.Path)-1] {
		key := toString(m.text(step))
		m.Get(node)
		m.Set(parent)
		m.Get(parent)
		m.address(key)
		m.call("opa_value_get")
		m.own(node)
		m.Get(parent)
		m.address(key)
		m.Get(node)
		m.call("opa_object_insert")
	}
	m.Get(node)
	m.address(toString(m.text(s.Path[len(s.Path)-1])))
	m.read(s.Value)
	m.call("opa_object_insert")
}

// own sets the local to a copy of the object on the stack, or to an empty one where it is none.
func (m *maker) own(node int) {
	m.Tee(node)
	m.If()
	m.Get(node)
	m.call("opa_value_type")
	m.Const(objectType)
	m.Op(wasm.I32Eq)
	m.Op(wasm.I32Eqz)
	m.If()
	m.Const(0)
	m.Set(node)
	m.End()
	m.End()
	m.Get(node)
	m.IfWord()
	m.Get(node)
	m.call("opa_value_shallow_copy")
	m.Else()
	m.call("opa_object")
	m.End()
	m.Set(node)
}
