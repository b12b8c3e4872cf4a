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

// surfaceOf reads the parsed modules. The document of a package without any rule is empty.
func surfaceOf(set *source.Set) surface {
	s := surface{packages: []string{}, rules: []protocol.Rule{}, entrypoints: []protocol.Entrypoint{}}
	kinds := map[string]string{}
	packages := map[string]struct{}{}
	for _, m := range set.Modules {
		pkg, ok := segments(m.Module.Package.Path[1:])
		packages[m.Module.Package.Path.String()] = struct{}{}
		s.asked = s.asked || len(m.Module.Rules) > 0
		if !ok {
			// The package has no name as an entrypoint, but what stands above it has.
			for i := range pkg {
				claim(kinds, pkg[:i+1], kindPrefix)
			}
			continue
		}
		s.packagePaths = append(s.packagePaths, pkg)
		claim(kinds, pkg, kindPackage)
		for i, rule := range m.Module.Rules {
			s.addRule(kinds, pkg, rule, m.Path, m.Outlines[i])
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

// addRule notes the ground path of the rule and what it can be asked as. Functions, tests and names that begin with
// an underscore are no entrypoints, and neither is anything below a segment that is no plain name.
func (s *surface) addRule(kinds map[string]string, pkg []string, rule *ast.Rule, file string, outline source.Outline) {
	ground, whole := segments(rule.Head.Ref().GroundPrefix())
	if len(ground) == 0 {
		return
	}
	function := len(rule.Head.Args) > 0
	path := slices.Concat(pkg, ground)
	s.rules = append(s.rules, protocol.Rule{
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
	claim(kinds, path, kind)
	for i := len(pkg) + 1; i < len(path); i++ {
		claim(kinds, path[:i], kindPrefix)
	}
}

// claim notes a path and the package prefixes above it; a rule or package is never lowered to a prefix.
func claim(kinds map[string]string, path []string, kind string) {
	name := strings.Join(path, "/")
	if had, ok := kinds[name]; !ok || had == kindPrefix {
		kinds[name] = kind
	}
	if kind != kindPackage {
		return
	}
	for i := len(path) - 1; i > 0; i-- {
		above := strings.Join(path[:i], "/")
		if _, ok := kinds[above]; ok {
			continue
		}
		kinds[above] = kindPrefix
	}
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
