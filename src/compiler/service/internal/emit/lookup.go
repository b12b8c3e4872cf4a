package emit

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// dot is one step of a reference. What it finds in a part of the base document is another part of it.
func (m *maker) dot(s *ir.DotStmt) {
	source, ok := s.Source.Value.(ir.Local)
	if !ok {
		// Texts and booleans have no members.
		m.Branch(0)
		return
	}
	base := m.base[source]
	rule, mixed := m.rule[source]
	switch {
	case !base || m.isName(s.Key):
		m.member(source, s.Key, "opa_value_get")
	case mixed:
		member := m.Local(wasm.I32)
		m.Get(rule)
		m.If()
		m.member(source, s.Key, "opa_value_get")
		m.Set(member)
		m.Else()
		m.member(source, s.Key, library.BaseGet)
		m.Set(member)
		m.End()
		m.Get(member)
	default:
		m.member(source, s.Key, library.BaseGet)
	}
	m.setOrLeave(s.Target)
	m.base[s.Target] = base
	m.alike(source, s.Target)
}

func (m *maker) member(source ir.Local, key ir.Operand, by string) {
	m.get(source)
	m.read(key)
	m.call(by)
}

// alike says that a part of a document comes from where the document does.
func (m *maker) alike(document, part ir.Local) {
	if rule, mixed := m.rule[document]; mixed {
		m.rule[part] = rule
	} else {
		delete(m.rule, part)
	}
}

// assign gives a local the value of another. The planner has one local for what is at a path that is known when it runs: the
// value of a rule, or where there is none a part of the base document.
func (m *maker) assign(s *ir.AssignVarStmt) {
	source, isLocal := s.Source.Value.(ir.Local)
	_, mixed := m.rule[s.Target]
	base := isLocal && mixed && m.base[source]
	m.read(s.Source)
	m.set(s.Target)
	m.base[s.Target] = base
}

// isName says that a key is known to be a text that is no index of an array: OPA's store has nothing of its own to say to it.
func (m *maker) isName(key ir.Operand) bool {
	index, ok := key.Value.(ir.StringIndex)
	if !ok {
		return false
	}
	text := m.text(int(index))
	return text == "" || !strings.ContainsAny(text[:1], "+-.0123456789")
}
