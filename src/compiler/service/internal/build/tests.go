package build

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/builtins"
	"defenseclaw-gateway/rego-compiler/internal/check"
	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
	"defenseclaw-gateway/rego-compiler/internal/testrule"
	"defenseclaw-gateway/rego-compiler/internal/units"
)

// testPackage holds, in a package for each package of tests, one rule per test, which asks for the test: every test can then be an entrypoint,
// whatever its package and its name are made of, and an edit of one package leaves the code of the others as it is.
const testPackage = "__defenseclaw_tests__"

// withTests adds the tests to what can be asked of the set. Test modules may call what is refused elsewhere, so that
// they can mock it: a call that no mock catches ends in the host.
func withTests(set *source.Set, run string, surface surface, answer *protocol.BuildResult) (*source.Set, []protocol.Entrypoint, error) {
	rules, err := testrule.Filter(testrule.Of(set), run)
	if err != nil {
		return nil, nil, err
	}
	whole := *testrule.Announcing(set)
	keys := newTestKeys(&whole)
	entrypoints := slices.Clone(surface.entrypoints)
	asking := map[string]*askingPackage{}
	for _, rule := range rules {
		found := protocol.TestRule{
			Package: rule.Package, Name: rule.Name, Location: diagnostics.Place(rule.Location), Skip: rule.Skip, Table: rule.Table,
			Key: keys.of(rule),
		}
		if !rule.Skip {
			if asking[rule.Package] == nil {
				asking[rule.Package] = newAskingPackage(rule.Package)
			}
			found.Entrypoint = asking[rule.Package].ask(rule.Ref)
			entrypoints = append(entrypoints, protocol.Entrypoint{Path: found.Entrypoint, Kind: kindRule})
		}
		answer.Tests = append(answer.Tests, found)
	}
	whole.Modules = slices.Clone(whole.Modules)
	for _, name := range slices.Sorted(maps.Keys(asking)) {
		parsed, err := asking[name].parse(set.Version)
		if err != nil {
			return nil, nil, err
		}
		whole.Modules = append(whole.Modules, parsed)
	}
	return &whole, entrypoints, nil
}

// askingPackage asks for the tests of one package.
type askingPackage struct {
	name  string
	text  strings.Builder
	count int
}

// newAskingPackage gives it a name that depends on nothing but the package of the tests.
func newAskingPackage(of string) *askingPackage {
	digest := source.Digest{}.Derived(of)
	p := &askingPackage{name: fmt.Sprintf("p%x", digest[:8])}
	fmt.Fprintf(&p.text, "package %s.%s\n", testPackage, p.name)
	return p
}

// ask adds a rule, and gives the path of its entrypoint.
func (p *askingPackage) ask(test ast.Ref) string {
	rule := fmt.Sprintf("t%d", p.count)
	p.count++
	fmt.Fprintf(&p.text, "%s := %s\n", rule, test)
	return strings.Join([]string{testPackage, p.name, rule}, "/")
}

func (p *askingPackage) parse(version ast.RegoVersion) (*source.Parsed, error) {
	path, text := testPackage+"/"+p.name, p.text.String()
	module, err := ast.ParseModuleWithOpts(path, text, ast.ParserOptions{RegoVersion: version})
	if err != nil {
		return nil, err
	}
	return source.NewParsed(path, module, source.Digest{}.Derived(text)), nil
}

// testKeys name what tests depend on.
type testKeys struct{ units *units.Units }

func newTestKeys(set *source.Set) testKeys { return testKeys{units.Of(set, "")} }

func (k testKeys) of(rule testrule.Rule) string {
	at, ok := k.units.OwnerOf(rule.Ref)
	if !ok || !k.units.Repeatable(at) {
		return ""
	}
	return hex.EncodeToString(k.units.All[at].Text[:])
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
