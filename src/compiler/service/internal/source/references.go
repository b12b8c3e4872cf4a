package source

import (
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// References are what a module can reach beyond its own package, read off its syntax: rather too much than too little.
type References struct {
	// Documents are the ground beginnings of the references into `data`, without `data` itself.
	Documents [][]string
	// With says that something is replaced for a part of an evaluation: the rules below are planned anew for it, in here.
	With bool
	// Metadata says that it asks for annotations, which may stand in packages above.
	Metadata bool
}

const metadataPrefix = "rego.metadata."

func referencesOf(module *ast.Module, calls []Call) References {
	aliases := aliasesOf(module)
	r := References{Metadata: slices.ContainsFunc(calls, func(c Call) bool { return strings.HasPrefix(c.Name, metadataPrefix) })}
	seen := map[string]struct{}{}
	note := func(path []string) {
		key := strings.Join(path, "\x00")
		if _, ok := seen[key]; !ok {
			seen[key] = struct{}{}
			r.Documents = append(r.Documents, path)
		}
	}
	visit := func(x any) bool {
		switch x := x.(type) {
		case *ast.With:
			r.With = true
		case ast.Ref:
			if head, ok := x[0].Value.(ast.Var); ok {
				if prefix, ok := aliases[head]; ok {
					note(append(slices.Clip(prefix), names(x[1:])...))
				}
			}
		case ast.Var:
			if prefix, ok := aliases[x]; ok {
				note(prefix)
			}
		}
		return false
	}
	// The head of a reference is no variable by itself, so that one walk must not go into it.
	for _, rule := range module.Rules {
		Walk(rule, func(x any) bool {
			if ref, ok := x.(ast.Ref); ok && len(ref) > 0 {
				visit(ref)
				for _, term := range ref[1:] {
					ast.NewGenericVisitor(visit).Walk(term)
				}
				return true
			}
			return visit(x)
		})
	}
	return r
}

// aliasesOf are the names that mean a place in `data`.
func aliasesOf(module *ast.Module) map[ast.Var][]string {
	root := ast.DefaultRootDocument.Value.(ast.Var)
	aliases := map[ast.Var][]string{root: nil}
	for _, imported := range module.Imports {
		path, ok := imported.Path.Value.(ast.Ref)
		if ok && len(path) > 0 && path[0].Value.Compare(root) == 0 {
			aliases[imported.Name()] = names(path[1:])
		}
	}
	return aliases
}

// names are the leading texts of a reference.
func names(ref ast.Ref) []string {
	var path []string
	for _, term := range ref {
		name, ok := term.Value.(ast.String)
		if !ok {
			break
		}
		path = append(path, string(name))
	}
	return path
}

// headOf is the ground beginning of the path of a rule. The first part is a name, the others are terms.
func headOf(rule *ast.Rule) []string {
	ref := rule.Head.Ref()
	if len(ref) == 0 {
		return nil
	}
	first, ok := ref[0].Value.(ast.Var)
	if !ok {
		return nil
	}
	return append([]string{string(first)}, names(ref[1:])...)
}

// meaningOf is equal for modules that mean the same to whoever refers to them: comments, annotations and layout do not count.
func meaningOf(module *ast.Module, outlines []Outline) Digest {
	h := sha256.New()
	line := func(s string) { h.Write([]byte(s + "\x00")) }
	line(module.Package.String())
	for _, imported := range module.Imports {
		line(imported.String())
	}
	for _, o := range outlines {
		h.Write(o.whole[:])
	}
	return Digest(h.Sum(nil))
}
