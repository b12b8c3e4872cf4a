package build

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/builtins"
	"defenseclaw-gateway/rego-compiler/internal/check"
	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
	"defenseclaw-gateway/rego-compiler/internal/testrule"
)

// testPackage holds one rule per test, which asks for the test: every test can then be an entrypoint, whatever its
// package and its name are made of.
const testPackage = "__defenseclaw_tests__"

// withTests adds the tests to what can be asked of the set. Test modules may call what is refused elsewhere, so that
// they can mock it: a call that no mock catches ends in the host.
func withTests(set *source.Set, run string, surface surface, answer *protocol.BuildResult) (*source.Set, []protocol.Entrypoint, error) {
	rules, err := testrule.Filter(testrule.Of(set), run)
	if err != nil {
		return nil, nil, err
	}
	var text strings.Builder
	entrypoints := slices.Clone(surface.entrypoints)
	fmt.Fprintf(&text, "package %s\n", testPackage)
	for i, rule := range rules {
		found := protocol.TestRule{
			Package: rule.Package, Name: rule.Name, Location: diagnostics.Place(rule.Location), Skip: rule.Skip, Table: rule.Table,
		}
		if !rule.Skip {
			found.Entrypoint = fmt.Sprintf("%s/t%d", testPackage, i)
			entrypoints = append(entrypoints, protocol.Entrypoint{Path: found.Entrypoint, Kind: kindRule})
			fmt.Fprintf(&text, "t%d := %s\n", i, rule.Ref)
		}
		answer.Tests = append(answer.Tests, found)
	}
	asking, err := ast.ParseModuleWithOpts(testPackage, text.String(), ast.ParserOptions{RegoVersion: set.Version})
	if err != nil {
		return nil, nil, err
	}
	whole := *testrule.Announcing(set)
	whole.Modules = append(slices.Clone(whole.Modules), source.NewParsed(testPackage, asking))
	return &whole, entrypoints, nil
}

// served is the set without the modules that are there for tests only.
func served(set *source.Set) *source.Set {
	own := *set
	own.Modules = slices.DeleteFunc(slices.Clone(set.Modules), func(m *source.Parsed) bool { return check.IsTestFile(m.Path) })
	return &own
}

// testHost knows every built-in.
func testHost(host builtins.Host) builtins.Host {
	for _, b := range ast.CapabilitiesForThisVersion().Builtins {
		if !builtins.CompileTime(b.Name) {
			host.Hosted = append(slices.Clip(host.Hosted), b.Name)
		}
	}
	return host
}
