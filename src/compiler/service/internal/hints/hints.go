package hints

import (
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// OPA names what it did not find in words alone.
var (
	undefinedFunction = regexp.MustCompile(`^undefined function (\S+)$`)
	unsafeVariable    = regexp.MustCompile(`^var (\S+) is unsafe$`)
)

// maxImports bounds the imports that one hint names.
const maxImports = 3

// Add adds a hint to each finding about a name that nothing bears. available says which built-ins may be called.
func Add(set *source.Set, found *diagnostics.List, available func(string) bool) {
	var all *names
	found.Revise(func(d *protocol.Diagnostic) bool {
		function, variable := undefinedFunction.FindStringSubmatch(d.Message), unsafeVariable.FindStringSubmatch(d.Message)
		if d.Hint != "" || function == nil && variable == nil {
			return true
		}
		if all == nil {
			all = namesOf(set, available)
		}
		module := all.module(d.File)
		switch {
		case module == nil:
		case function != nil:
			d.Hint = all.forFunction(module, function[1])
		default:
			d.Hint = all.forVariable(module, variable[1], d.Row)
		}
		return true
	})
}

func (n *names) forFunction(module *ast.Module, name string) string {
	if strings.HasPrefix(name, "data.") {
		if hint := meant(nearest(name, n.functions)); hint != "" {
			return hint
		}
		return meant(nearest(name[:strings.LastIndexByte(name, '.')], n.packages))
	}
	defining := ending(name, n.functions)
	if head, _, dotted := strings.Cut(name, "."); dotted {
		defining = ending(head, n.packages)
	}
	if hint := imported(defining); hint != "" {
		return hint
	}
	return meant(nearest(name, slices.Concat(local(module.Package.Path.String(), n.functions), n.builtins)))
}

func (n *names) forVariable(module *ast.Module, name string, row int) string {
	if hint := imported(ending(name, n.packages, n.rules)); hint != "" {
		return hint
	}
	candidates := []string{"input", "data"}
	for _, imp := range module.Imports {
		candidates = append(candidates, string(imp.Name()))
	}
	candidates = append(candidates, local(module.Package.Path.String(), n.rules)...)
	candidates = append(candidates, variablesAt(module, row, name)...)
	return meant(nearest(name, candidates))
}

// variablesAt are those of the rule that holds the row, but for the one that is not known.
func variablesAt(module *ast.Module, row int, unknown string) []string {
	var holder *ast.Rule
	for _, rule := range module.Rules {
		if rule.Location != nil && rule.Location.Row <= row && (holder == nil || rule.Location.Row >= holder.Location.Row) {
			holder = rule
		}
	}
	if holder == nil {
		return nil
	}
	seen := map[string]struct{}{}
	ast.WalkVars(holder, func(v ast.Var) bool {
		if !v.IsGenerated() && !v.IsWildcard() && string(v) != unknown {
			seen[string(v)] = struct{}{}
		}
		return false
	})
	var found []string
	for name := range seen {
		found = append(found, name)
	}
	slices.Sort(found)
	return found
}

func imported(paths []string) string {
	if len(paths) == 0 || len(paths) > maxImports {
		return ""
	}
	return "add `import " + strings.Join(paths, "` or `import ") + "`"
}

func meant(name string) string {
	if name == "" {
		return ""
	}
	return "did you mean " + name + "?"
}
