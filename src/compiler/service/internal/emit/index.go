package emit

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// fewestIndexed is the number of rules from which on a search is quicker than trying them one after the other.
const fewestIndexed = 8

// toIndex is a table of the addresses of texts, in their order.
type toIndex struct{ table *[]string }

// alternative is a rule that holds for one text of a value only: the steps to the value, the text, and what follows.
type alternative struct {
	lookup []*ir.DotStmt
	text   string
	// reset comes before the lookup.
	reset *ir.ResetLocalStmt
	rest  []ir.Stmt
	// behind are the blocks that belong to the rule.
	behind []*ir.Block
}

// indexed makes the blocks of a function. Rules in a row that compare the same value with different texts become a search for
// the text, and only what was found is tried. Rules of one name are independent of each other, so nothing is missed.
func (m *maker) indexed(blocks []*ir.Block) {
	for at := 0; at < len(blocks); {
		group, next := m.alternatives(blocks, at)
		if len(group) < fewestIndexed {
			next = max(next, at+1)
			m.blocks(blocks[at:next])
		} else {
			m.search(group)
		}
		at = next
	}
}

// alternatives are the rules from a block on that look the same value up.
func (m *maker) alternatives(blocks []*ir.Block, at int) (group []alternative, next int) {
	for at < len(blocks) {
		a, ok := m.alternative(blocks[at])
		if !ok || (len(group) > 0 && !sameLookup(a, group[0])) {
			break
		}
		at++
		if at < len(blocks) && a.reset != nil && returnsOnly(blocks[at], a.reset.Target) {
			a.behind = blocks[at : at+1]
			at++
		}
		group = append(group, a)
	}
	return group, at
}

func (m *maker) alternative(block *ir.Block) (a alternative, ok bool) {
	stmts := block.Stmts
	if len(stmts) > 0 {
		if reset, is := stmts[0].(*ir.ResetLocalStmt); is {
			a.reset, stmts = reset, stmts[1:]
		}
	}
	from := ir.Input
	for len(stmts) > 0 {
		dot, is := stmts[0].(*ir.DotStmt)
		if !is || dot.Source.Value != from || !m.isName(dot.Key) {
			break
		}
		a.lookup, stmts, from = append(a.lookup, dot), stmts[1:], dot.Target
	}
	if len(a.lookup) == 0 || len(stmts) == 0 {
		return a, false
	}
	equal, is := stmts[0].(*ir.EqualStmt)
	if !is || equal.A.Value != from {
		return a, false
	}
	index, is := equal.B.Value.(ir.StringIndex)
	if !is {
		return a, false
	}
	a.text, a.rest = m.text(int(index)), stmts[1:]
	// Beyond ASCII the library may have another order.
	return a, !slices.ContainsFunc([]byte(a.text), func(c byte) bool { return c == 0 || c >= 0x80 })
}

func sameLookup(a, b alternative) bool {
	if (a.reset == nil) != (b.reset == nil) || (a.reset != nil && a.reset.Target != b.reset.Target) {
		return false
	}
	return slices.EqualFunc(a.lookup, b.lookup, func(x, y *ir.DotStmt) bool {
		return x.Source == y.Source && x.Key == y.Key && x.Target == y.Target
	})
}

// returnsOnly says that a block does nothing but hand the value of a rule on.
func returnsOnly(block *ir.Block, value ir.Local) bool {
	if len(block.Stmts) != 2 {
		return false
	}
	defined, is := block.Stmts[0].(*ir.IsDefinedStmt)
	assign, once := block.Stmts[1].(*ir.AssignVarOnceStmt)
	return is && once && defined.Source == value && assign.Source.Value == value
}

// search makes a group: the lookup once, a search for the text, and the rules behind their texts.
func (m *maker) search(group []alternative) {
	byText := map[string][]alternative{}
	for _, a := range group {
		byText[a.text] = append(byText[a.text], a)
	}
	texts := make([]string, 0, len(byText))
	for text := range byText {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	m.Block()
	for _, dot := range group[0].lookup {
		m.dot(dot)
	}
	for range texts {
		m.Block()
	}
	m.find(texts, m.local(group[0].lookup[len(group[0].lookup)-1].Target))
	for i, text := range texts {
		m.End()
		for _, a := range byText[text] {
			m.Block()
			if a.reset != nil {
				m.statement(a.reset)
			}
			for _, s := range a.rest {
				m.statement(s)
			}
			m.End()
			m.blocks(a.behind)
		}
		// What is open are the texts that follow.
		m.Branch(len(texts) - 1 - i)
	}
	m.End()
}

// find branches to the text that the value is: 0 is the first, and as many as there are texts is none of them.
func (m *maker) find(texts []string, value int) {
	low, high, middle, order := m.Local(wasm.I32), m.Local(wasm.I32), m.Local(wasm.I32), m.Local(wasm.I32)
	table := toIndex{&texts}
	m.Const(0)
	m.Set(low)
	m.Const(len(texts))
	m.Set(high)
	m.Block()
	m.Loop()
	m.step()
	m.Get(low)
	m.Get(high)
	m.Op(wasm.I32GeU)
	m.BranchIf(1)
	m.Get(low)
	m.Get(high)
	m.Op(wasm.I32Add)
	m.Const(1)
	m.Op(wasm.I32ShrU)
	m.Set(middle)
	m.address(table)
	m.Get(middle)
	m.Const(2)
	m.Op(wasm.I32Shl, wasm.I32Add)
	m.Load(wasm.I32Load, 0)
	m.Get(value)
	m.call("opa_value_compare")
	m.Tee(order)
	m.If()
	m.Get(order)
	m.Const(0)
	m.Op(wasm.I32LtS)
	m.If()
	m.Get(middle)
	m.Const(1)
	m.Op(wasm.I32Add)
	m.Set(low)
	m.Else()
	m.Get(middle)
	m.Set(high)
	m.End()
	m.Branch(1)
	m.End()
	m.Get(middle)
	m.BranchTable(2, len(texts), len(texts)+2)
	m.End()
	m.End()
	m.Branch(len(texts))
}
