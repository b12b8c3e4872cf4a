package eval

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// queryPackage is where a query lives that names no package.
const queryPackage = "query__"

// solutionsOf writes the query as a rule: a set of what it binds, or the value of its one expression, or the bare fact that it holds.
func solutionsOf(e protocol.Evaluation, results rego.ResultSet) *protocol.Solutions {
	pkg := strings.TrimPrefix(e.Package, "data.")
	if pkg == "" {
		pkg = queryPackage
	}
	var text strings.Builder
	fmt.Fprintf(&text, "package %s\n\n", pkg)
	for _, imported := range e.Imports {
		fmt.Fprintf(&text, "import %s\n", imported)
	}
	var names []string
	if len(results) > 0 {
		names = slices.Sorted(maps.Keys(results[0].Bindings))
	}
	head, body, whole := "true", e.Query, false
	switch {
	case len(names) > 0:
		members := make([]string, len(names))
		for i, name := range names {
			members[i] = ast.StringTerm(name).String() + ": " + name
		}
		head, whole = "{"+strings.Join(members, ", ")+"}", true
	case hasValue(e.Query):
		head, body, whole = `{"_": [value__]}`, "value__ := "+e.Query, true
	}
	fmt.Fprintf(&text, "\n%s contains %s if {\n\t%s\n}\n", protocol.SolutionsRule, head, body)
	return &protocol.Solutions{
		Module:     protocol.Module{Path: "(query)", Text: text.String(), RegoVersion: "v1"},
		Entrypoint: strings.ReplaceAll(pkg, ".", "/") + "/" + protocol.SolutionsRule,
		Whole:      whole,
	}
}

// hasValue says that the query is one expression that can stand on the right of an assignment.
func hasValue(query string) bool {
	body, err := ast.ParseBody(query)
	if err != nil || len(body) != 1 || body[0].Negated || body[0].IsEquality() || body[0].IsAssignment() {
		return false
	}
	switch body[0].Terms.(type) {
	case *ast.SomeDecl, *ast.Every:
		return false
	}
	return true
}
