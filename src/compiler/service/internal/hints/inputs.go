package hints

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// UnknownInput is the code of a member of the input that those who ask do not send.
const UnknownInput = "input_unknown"

// Inputs finds members of the input that nobody sends and that are spelt like one that is sent. known are the members by package,
// `data.a.b`; packages that are not among them may be asked with anything.
func Inputs(set *source.Set, known map[string][]string, found *diagnostics.List) {
	for _, m := range set.Modules {
		names, ok := known[m.Module.Package.Path.String()]
		if !ok {
			continue
		}
		ast.WalkTerms(m.Module, func(term *ast.Term) bool {
			ref, ok := term.Value.(ast.Ref)
			if !ok || len(ref) < 2 || !ref.HasPrefix(ast.InputRootRef) {
				return false
			}
			name, ok := ref[1].Value.(ast.String)
			if !ok || slices.Contains(names, string(name)) {
				return false
			}
			if near := nearest(string(name), names); near != "" {
				message := "input." + string(name) + " is not among what this decision is asked with"
				found.WarnHinted(UnknownInput, message, meant("input."+near), term.Location)
			}
			return false
		})
	}
}
