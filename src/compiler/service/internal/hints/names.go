package hints

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/source"
)

// names are what a set of modules defines and may call.
type names struct {
	set *source.Set
	// builtins that are available here.
	builtins []string
	// packages and rules by full path, `data.app.roles`.
	packages, rules, functions []string
}

func namesOf(set *source.Set, available func(string) bool) *names {
	n := &names{set: set}
	for _, b := range ast.CapabilitiesForThisVersion().Builtins {
		if available(b.Name) && b.Infix == "" && !b.IsDeprecated() && !strings.HasPrefix(b.Name, "internal.") {
			n.builtins = append(n.builtins, b.Name)
		}
	}
	for _, m := range set.Modules {
		pkg := m.Module.Package.Path.String()
		n.packages = append(n.packages, pkg)
		for _, rule := range m.Module.Rules {
			path := pkg + "." + rule.Head.Ref().GroundPrefix().String()
			if len(rule.Head.Args) > 0 {
				n.functions = append(n.functions, path)
			} else {
				n.rules = append(n.rules, path)
			}
		}
	}
	for _, list := range []*[]string{&n.packages, &n.rules, &n.functions} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return n
}

// module is the one of a file; nil for a stranger.
func (n *names) module(file string) *ast.Module {
	for _, m := range n.set.Modules {
		if m.Path == file {
			return m.Module
		}
	}
	return nil
}

// local are the names of the list that a module of this package knows by their last part.
func local(pkg string, full []string) []string {
	var own []string
	for _, path := range full {
		if name, ok := strings.CutPrefix(path, pkg+"."); ok {
			own = append(own, name)
		}
	}
	return own
}

// ending are the paths of the lists whose last part is the name.
func ending(name string, lists ...[]string) []string {
	var found []string
	for _, list := range lists {
		for _, path := range list {
			if strings.HasSuffix(path, "."+name) {
				found = append(found, path)
			}
		}
	}
	return found
}
