// Package references finds what modules read of the data document that no module defines.
package references

import (
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// MaxReferences bounds the answer.
const MaxReferences = 10_000

// Of lists, for compiled modules, the constant paths below `data` that are left to the base document, once for each file: by file and place.
// What a `with` of the same file stands in for is not among them.
func Of(compiler *ast.Compiler) []protocol.Reference {
	byFile := make(map[string][]protocol.Reference, len(compiler.Modules))
	for file := range compiler.Modules {
		byFile[file] = OfFile(compiler, file)
	}
	return Joined(byFile)
}

// Joined is the list of all files.
func Joined(byFile map[string][]protocol.Reference) []protocol.Reference {
	found := []protocol.Reference{}
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		if found = append(found, byFile[file]...); len(found) > MaxReferences {
			return found[:MaxReferences]
		}
	}
	return found
}

// OfFile lists those of one compiled module. All that the module refers to has to be compiled with it, and nothing else.
func OfFile(compiler *ast.Compiler, file string) []protocol.Reference {
	module := compiler.Modules[file]
	var found []protocol.Reference
	var replaced [][]string
	seen := map[string]struct{}{}
	var visitor *ast.GenericVisitor
	visitor = ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.With:
			if ref, ok := x.Target.Value.(ast.Ref); ok && ref.HasPrefix(ast.DefaultRootRef) {
				replaced = append(replaced, Constant(ref))
			}
			visitor.Walk(x.Value)
			return true
		case *ast.Term:
			ref, ok := x.Value.(ast.Ref)
			if !ok || !ref.HasPrefix(ast.DefaultRootRef) || defined(compiler, ref) {
				return false
			}
			path := Constant(ref)
			key := strings.Join(path, "\x00")
			if _, twice := seen[key]; twice || len(path) == 0 || x.Location == nil {
				return false
			}
			seen[key] = struct{}{}
			found = append(found, protocol.Reference{Path: path, Location: protocol.Location{File: file, Row: x.Location.Row, Col: x.Location.Col}})
		}
		return false
	})
	visitor.Walk(module)
	found = slices.DeleteFunc(found, func(r protocol.Reference) bool {
		return slices.ContainsFunc(replaced, func(target []string) bool { return overlap(target, r.Path) })
	})
	slices.SortStableFunc(found, func(a, b protocol.Reference) int {
		if a.Row != b.Row {
			return a.Row - b.Row
		}
		return a.Col - b.Col
	})
	return found
}

// Constant are the names that lead from `data` as far as they are written out.
func Constant(ref ast.Ref) []string {
	var path []string
	for _, term := range ref[1:] {
		name, ok := term.Value.(ast.String)
		if !ok {
			break
		}
		path = append(path, string(name))
	}
	return path
}

// defined says that a rule or a package stands on the path, or at least on the way to it: what a rule makes is not looked into.
func defined(compiler *ast.Compiler, ref ast.Ref) bool {
	rules, modules := compiler.RuleTree.Child(ref[0].Value), compiler.ModuleTree
	if modules != nil {
		modules = modules.Children[ref[0].Value]
	}
	for _, term := range ref[1:] {
		if _, ok := term.Value.(ast.String); !ok {
			return rules != nil || modules != nil
		}
		if rules != nil && len(rules.Values) > 0 {
			return true
		}
		if rules != nil {
			rules = rules.Child(term.Value)
		}
		if modules != nil {
			modules = modules.Children[term.Value]
		}
		if rules == nil && modules == nil {
			return false
		}
	}
	return true
}

// overlap says that one path leads to the other.
func overlap(a, b []string) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}
