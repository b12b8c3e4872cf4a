package emit

import (
	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// How the library lays collections out. An array has its elements one behind the other, each with its index; a set or an object
// has buckets, each a chain of members.
const (
	contents, count       = 4, 8
	elementKey            = 0
	elementValue          = 4
	elementSize, wordSize = 8, 4
	setNext, objectNext   = 4, 8
	setValue, objectValue = 0, 4
)

// scan runs a block for each member of a collection. Inside of the block, 0 is the next member and 1 is the end.
func (m *maker) scan(s *ir.ScanStmt) {
	base := m.base[s.Source]
	m.base[s.Key], m.base[s.Value] = false, base
	m.alike(s.Source, s.Value)
	if fillsArray(s.Block) {
		m.scanInOrder(s)
	} else {
		m.scanAsStored(s)
	}
}

// onward is where a scan goes after its block: on to the next member, or to the end when nothing can change any more. The planner
// makes of `every` a scan for a member that fails: it ends by noting that there is one.
func onward(block *ir.Block) (label int) {
	last := len(block.Stmts) - 1
	if last < 1 {
		return 0
	}
	if _, fails := block.Stmts[last-1].(*ir.IsUndefinedStmt); !fails {
		return 0
	}
	if noted, is := block.Stmts[last].(*ir.AssignVarStmt); is && isBool(noted.Source) {
		return 1
	}
	return 0
}

// scanInOrder lets the library say what comes next.
func (m *maker) scanInOrder(s *ir.ScanStmt) {
	key := m.local(s.Key)
	m.Const(0)
	m.Set(key)
	m.Block()
	m.Loop()
	m.step()
	m.get(s.Source)
	m.Get(key)
	m.call(library.ScanInOrder)
	m.Tee(key)
	m.Op(wasm.I32Eqz)
	m.BranchIf(1)
	m.get(s.Source)
	m.Get(key)
	m.call("opa_value_get")
	m.Set(m.local(s.Value))
	m.statements(s.Block)
	m.Branch(onward(s.Block))
	m.End()
	m.End()
}

// scanAsStored goes over the members where they lie: no call, and no hash of any key.
func (m *maker) scanAsStored(s *ir.ScanStmt) {
	kind, at, end, member := m.Local(wasm.I32), m.Local(wasm.I32), m.Local(wasm.I32), m.Local(wasm.I32)
	source := m.local(s.Source)
	m.Block()
	m.bounds(source, kind, at, end, member)
	m.Loop()
	m.step()
	m.advance(kind, at, end, member)
	m.Get(member)
	m.Load(wasm.I32Load, elementKey)
	m.Set(m.local(s.Key))
	m.Get(member)
	m.Load(wasm.I32Load, elementValue)
	m.Get(member)
	m.Load(wasm.I32Load, setValue)
	m.Get(kind)
	m.Const(setType)
	m.Op(wasm.I32Ne, wasm.Select)
	m.Set(m.local(s.Value))
	m.statements(s.Block)
	m.Branch(onward(s.Block))
	m.End()
	m.End()
}

// bounds sets where the elements or buckets begin and end, and leaves the block when there is nothing to scan.
func (m *maker) bounds(source, kind, at, end, member int) {
	m.Get(source)
	m.Op(wasm.I32Eqz)
	m.BranchIf(0)
	m.Get(source)
	m.Load(wasm.I32Load8U, 0)
	m.Tee(kind)
	m.Const(arrayType)
	m.Op(wasm.I32Sub)
	m.Const(setType - arrayType)
	m.Op(wasm.I32GtU)
	m.BranchIf(0)
	m.Get(source)
	m.Load(wasm.I32Load, contents)
	m.Tee(at)
	m.Get(source)
	m.Load(wasm.I32Load, count)
	m.Const(3)
	m.Const(2)
	m.Get(kind)
	m.Const(arrayType)
	m.Op(wasm.I32Eq, wasm.Select, wasm.I32Shl, wasm.I32Add)
	m.Set(end)
	m.Const(0)
	m.Set(member)
}

// advance sets the next member, and leaves the loop when there is none.
func (m *maker) advance(kind, at, end, member int) {
	m.Get(kind)
	m.Const(arrayType)
	m.Op(wasm.I32Eq)
	m.If()
	{
		m.Get(at)
		m.Get(end)
		m.Op(wasm.I32GeU)
		m.BranchIf(2)
		m.Get(at)
		m.Tee(member)
		m.Const(elementSize)
		m.Op(wasm.I32Add)
		m.Set(at)
	}
	m.Else()
	{
		m.Get(member)
		m.If()
		m.Get(member)
		m.Get(kind)
		m.Const(objectType)
		m.Op(wasm.I32Eq)
		m.Const(2)
		m.Op(wasm.I32Shl, wasm.I32Add)
		m.Load(wasm.I32Load, setNext)
		m.Set(member)
		m.End()
		m.Block()
		m.Loop()
		m.Get(member)
		m.BranchIf(1)
		m.Get(at)
		m.Get(end)
		m.Op(wasm.I32GeU)
		m.BranchIf(4)
		m.Get(at)
		m.Load(wasm.I32Load, 0)
		m.Set(member)
		m.Get(at)
		m.Const(wordSize)
		m.Op(wasm.I32Add)
		m.Set(at)
		m.Branch(0)
		m.End()
		m.End()
	}
	m.End()
}
