package diagnostics

import (
	"cmp"
	"slices"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

const severityWarning = "warning"

// Revise visits the findings by place, to add to them; what visit refuses is dropped.
func (l *List) Revise(visit func(*protocol.Diagnostic) bool) {
	slices.SortStableFunc(l.items, func(a, b protocol.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col))
	})
	kept := l.items[:0]
	for i := range l.items {
		if visit(&l.items[i]) {
			kept = append(kept, l.items[i])
		}
	}
	l.items = kept
}

// Warnings are the findings as such that do not keep a policy from serving, under a code of their own.
func (l *List) Warnings() []protocol.Diagnostic {
	for i := range l.items {
		if l.items[i].Severity != severityWarning {
			l.items[i].Severity, l.items[i].Code = severityWarning, StrictFinding
		}
	}
	return l.Sorted()
}

// Joined are the findings of several lists, as one of all of them would have told them.
func Joined(several ...[]protocol.Diagnostic) []protocol.Diagnostic {
	return (&List{items: slices.Concat(several...)}).Sorted()
}

// Without leaves out the findings that the other list has too.
func (l *List) Without(other *List) *List {
	known := map[protocol.Diagnostic]struct{}{}
	for _, d := range other.items {
		known[d] = struct{}{}
	}
	l.Revise(func(d *protocol.Diagnostic) bool {
		_, is := known[*d]
		return !is
	})
	return l
}
