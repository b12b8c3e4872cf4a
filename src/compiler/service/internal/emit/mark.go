package emit

import (
	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// Where a mark has, behind the number of the evaluation that made it, the one made before it and its text.
const markBefore, markText = 8, 12

// mark notes, once an evaluation, that a rule held: marks become a list, the last one first.
func (m *maker) mark(s *ir.CallStmt) {
	index, ok := s.Args[0].Value.(ir.StringIndex)
	if !ok {
		m.fail("a mark without a text")
		return
	}
	text := m.text(int(index))
	slot := toSlot("mark " + text)
	m.address(slot)
	m.Load(wasm.I64Load, 0)
	m.Global(counted, wasm.I64)
	m.Op(wasm.I64Eq, wasm.I32Eqz)
	m.If()
	m.address(slot)
	m.Global(counted, wasm.I64)
	m.Store(wasm.I64Store, 0)
	m.address(slot)
	m.Global(marked, wasm.I32)
	m.Store(wasm.I32Store, markBefore)
	m.address(slot)
	m.address(toText(text))
	m.Store(wasm.I32Store, markText)
	m.address(slot)
	m.SetGlobal(marked, wasm.I32)
	m.End()
}
