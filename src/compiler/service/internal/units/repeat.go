package units

import (
	"crypto/sha256"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/references"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// OwnerOf is the unit that a document below `data` is made in.
func (u *Units) OwnerOf(ref ast.Ref) (unit int, ok bool) {
	return u.Owner(references.Constant(ref))
}

// Repeatable says that a unit has the same values as long as its text and the data are the same: neither it nor what it refers to asks for the
// time, for chance or for the network.
func (u *Units) Repeatable(at int) bool {
	return !slices.ContainsFunc(u.Closure([]int{at}), func(reached int) bool {
		return slices.ContainsFunc(u.All[reached].Modules, func(m *source.Parsed) bool {
			return slices.ContainsFunc(m.Calls, func(c source.Call) bool { return ast.BuiltinMap[c.Name].Nondeterministic })
		})
	})
}

// KeyOf names all that decides the document at a path, but data and input. It is not there for one that asks for the time, for chance or for the
// network, and for one that no unit makes.
func (u *Units) KeyOf(path []string) (key source.Digest, ok bool) {
	var texts []string
	repeatable := true
	u.tree.related(path, func(at int) {
		texts = append(texts, string(u.All[at].Text[:]))
		repeatable = repeatable && u.Repeatable(at)
	})
	if len(texts) == 0 || !repeatable {
		return key, false
	}
	slices.Sort(texts)
	h := sha256.New()
	for _, text := range texts {
		h.Write([]byte(text))
	}
	return source.Digest(h.Sum(nil)), true
}
