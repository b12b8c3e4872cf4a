package references

import (
	"fmt"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

func TestWhatIsLeftToTheBaseDocument(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"a constant path", "x := data.ports.https", "3:6 ports.https"},
		{"as far as it is constant", "x := data.ports[input.port].name", "3:6 ports"},
		{"through an import", "import data.app.roles\nx := roles.admin", "4:6 app.roles.admin"},
		{"no local name of an import", "import data.app.roles\nf(roles) := roles.admin\ny := roles", "5:6 app.roles"},
		{"a rule and what it makes", "x := data.a.rule.anything\nrule := input", ""},
		{"a package, and what stands above it", "y := data.other\nz := data.other.empty", ""},
		{"no rule of a package", "x := data.other.empty.nothing", "3:6 other.empty.nothing"},
		{"a set and a function", "x if data.a.set[1]\nset contains 1\ny := data.a.f(1)\nf(z) := z", ""},
		{"anything in a package", "x if data.other[input.y]", ""},
		{"once in a file", "x := data.ports\ny := data.ports", "3:6 ports"},
		{"what a mock stands in for", "x if data.ports[1] with data.ports as data.other_ports", "3:39 other_ports"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			compiler := ast.NewCompiler()
			compiler.Compile(map[string]*ast.Module{
				"a.rego":     ast.MustParseModule("package a\n\n" + tc.text),
				"empty.rego": ast.MustParseModule("package other.empty"),
			})
			if compiler.Failed() {
				t.Fatal(compiler.Errors)
			}
			var found []string
			for _, r := range Of(compiler) {
				found = append(found, fmt.Sprintf("%d:%d %s", r.Row, r.Col, strings.Join(r.Path, ".")))
			}
			if got := strings.Join(found, ", "); got != tc.want {
				t.Errorf("expected %q, got %q", tc.want, got)
			}
		})
	}
}
