package check

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// What the gateway is known to answer otherwise than OPA's interpreter, where a module shows that it may meet it. The page of the
// built-ins (src/reference/builtins.md) has all that is known.
const (
	emptyBelowConstant = "while nothing below this constant is defined, OPA shows an empty document there and the gateway shows nothing"
	indexWithPoint     = "the gateway finds no element by an index with a point in arrays of rules and of the input; write it without"
)

// Differences adds a warning for every place where the engines may not say the same.
func Differences(set *source.Set, found *diagnostics.List) {
	for _, m := range set.Modules {
		if IsTestFile(m.Path) {
			continue
		}
		for _, rule := range m.Module.Rules {
			name := rule.Head.Ref()
			for i := 1; i+1 < len(name); i++ {
				if _, isText := name[i].Value.(ast.String); !isText && name[i].IsGround() && ast.IsConstant(name[i].Value) {
					found.Warn(diagnostics.EnginesDiffer, emptyBelowConstant, rule.Location)
				}
			}
			source.Walk(rule, func(x any) bool {
				ref, ok := x.(ast.Ref)
				// In the data document both find it.
				if !ok || len(ref) == 0 || ref[0].Equal(ast.DefaultRootDocument) {
					return false
				}
				for _, term := range ref {
					if number, ok := term.Value.(ast.Number); ok && strings.Contains(string(number), ".") {
						found.Warn(diagnostics.EnginesDiffer, indexWithPoint, term.Location)
					}
				}
				return false
			})
		}
	}
}
