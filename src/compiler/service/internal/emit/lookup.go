package emit

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/library"
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
	m.get(source)
	m.read(s.Key)
	if base && !m.isName(s.Key) {
		m.call(library.BaseGet)
	} else {
		m.call("opa_value_get")
	}
	m.setOrLeave(s.Target)
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
