package build

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

const (
	kindPackage = "package"
	kindPrefix  = "prefix"
	kindRule    = "rule"
)

// surface is what a set of modules defines: what can be asked of it, and which paths it claims.
type surface struct {
	entrypoints []protocol.Entrypoint
	packages    []string
	rules       []protocol.Rule
	// packagePaths are those packages whose names can be asked for.
	packagePaths [][]string
	// asked says that there is something to ask for.
	asked bool
}

// surfaceOf reads the parsed modules.
func surfaceOf(set *source.Set) surface {
	return (&surfaces{}).of(set)
}

// joined is what modules define together. The document of a package without any rule is empty.
func joined(all []*defined) surface {
	s := surface{packages: []string{}, entrypoints: []protocol.Entrypoint{}}
	kinds := map[string]string{}
	packages := map[string]struct{}{}
	for _, d := range all {
		packages[d.packageName] = struct{}{}
		s.asked = s.asked || d.asked
		if d.pkg != nil {
			s.packagePaths = append(s.packagePaths, d.pkg)
		}
		// A rule or package is never lowered to a prefix.
		for _, claim := range d.claims {
			if had, ok := kinds[claim.Path]; !ok || had == kindPrefix {
				kinds[claim.Path] = claim.Kind
			}
		}
	}
	for path := range packages {
		s.packages = append(s.packages, path)
	}
	slices.Sort(s.packages)
	for path, kind := range kinds {
		s.entrypoints = append(s.entrypoints, protocol.Entrypoint{Path: path, Kind: kind})
	}
	slices.SortFunc(s.entrypoints, func(a, b protocol.Entrypoint) int { return strings.Compare(a.Path, b.Path) })
	return s
}

func definedIn(m *source.Parsed) *defined {
	d := &defined{packageName: m.PackageName, asked: len(m.Module.Rules) > 0}
	pkg, ok := segments(m.Module.Package.Path[1:])
	if !ok {
		// The package has no name as an entrypoint, but what stands above it has.
		for i := range pkg {
			d.claim(pkg[:i+1], kindPrefix)
		}
		return d
	}
	d.pkg = pkg
	d.claim(pkg, kindPackage)
	for i := len(pkg) - 1; i > 0; i-- {
		d.claim(pkg[:i], kindPrefix)
	}
	for i, rule := range m.Module.Rules {
		d.addRule(rule, m.Path, m.Outlines[i])
	}
	return d
}

// addRule notes the ground path of the rule and what it can be asked as. Functions, tests and names that begin with
// an underscore are no entrypoints, and neither is anything below a segment that is no plain name.
func (d *defined) addRule(rule *ast.Rule, file string, outline source.Outline) {
	ground, whole := segments(rule.Head.Ref().GroundPrefix())
	if len(ground) == 0 {
		return
	}
	function := len(rule.Head.Args) > 0
	path := slices.Concat(d.pkg, ground)
	d.rules = append(d.rules, protocol.Rule{
		Path: path, File: file, Row: rule.Location.Row, Function: function,
		Kind: outline.Kind, Default: outline.Default, Digest: outline.Digest,
	})
	if function || strings.HasPrefix(ground[0], "_") || slices.ContainsFunc(ground, isTest) {
		return
	}
	kind := kindRule
	if !whole {
		kind = kindPrefix
	}
	d.claim(path, kind)
	for i := len(d.pkg) + 1; i < len(path); i++ {
		d.claim(path[:i], kindPrefix)
	}
}

func (d *defined) claim(path []string, kind string) {
	d.claims = append(d.claims, protocol.Entrypoint{Path: strings.Join(path, "/"), Kind: kind})
}

// segments are the leading plain names of a reference. An entrypoint is written as a slash path in which digits mean
// an index, so a name with a slash or of digits alone cannot be written and ends the path.
func segments(ref ast.Ref) (path []string, whole bool) {
	for _, term := range ref {
		var name string
		switch v := term.Value.(type) {
		case ast.String:
			name = string(v)
		case ast.Var:
			name = string(v)
		default:
			return path, false
		}
		if name == "" || strings.Contains(name, "/") || strings.Trim(name, "0123456789") == "" {
			return path, false
		}
		path = append(path, name)
	}
	return path, true
}

func isTest(name string) bool {
	return strings.HasPrefix(name, "test_") || strings.HasPrefix(name, "todo_test_")
}
