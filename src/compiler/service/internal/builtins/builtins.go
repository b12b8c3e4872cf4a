// Package builtins knows which built-ins a compiled module carries, which the host answers and which are refused.
package builtins

//go:generate go run ./gen

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// compileTime are rewritten by the compiler before anything could call them.
var compileTime = map[string]struct{}{
	"assign": {}, "eq": {}, "print": {}, "internal.test_case": {},
	"rego.metadata.chain": {}, "rego.metadata.rule": {},
}

// Native says that a compiled module carries the function itself.
func Native(name string) bool {
	_, ok := native[name]
	return ok
}

// CompileTime says that no compiled module calls it.
func CompileTime(name string) bool {
	_, ok := compileTime[name]
	return ok
}

// All lists every built-in of this OPA, sorted by name.
func All() ([]protocol.Builtin, error) {
	caps := ast.CapabilitiesForThisVersion()
	all := make([]protocol.Builtin, 0, len(caps.Builtins))
	for _, b := range caps.Builtins {
		decl, err := json.Marshal(b.Decl)
		if err != nil {
			return nil, fmt.Errorf("declaration of %s: %w", b.Name, err)
		}
		all = append(all, protocol.Builtin{
			Name: b.Name, Arity: b.Decl.Arity(), Nondeterministic: b.Nondeterministic, Deprecated: b.IsDeprecated(),
			Relation: b.Relation, WasmNative: Native(b.Name), CompileTime: CompileTime(b.Name), Infix: b.Infix,
			Categories: b.Categories, Description: b.Description, Decl: decl,
		})
	}
	return all, nil
}

// Host is what the caller answers itself.
type Host struct {
	Hosted    []string
	Overrides []string
	// Allowable are those that it would answer if its configuration said so.
	Allowable []string
	// mocked are refused, and named nowhere but where something else takes their place.
	mocked map[string]struct{}
}

// Mocking is the host for a set that replaces what is refused, and never calls it.
func (h Host) Mocking(set *source.Set, skip func(path string) bool) Host {
	h.mocked = map[string]struct{}{}
	called := map[string]struct{}{}
	for _, m := range set.Modules {
		if skip != nil && skip(m.Path) {
			continue
		}
		for _, call := range m.Calls {
			if call.Mocked {
				h.mocked[call.Name] = struct{}{}
			} else {
				called[call.Name] = struct{}{}
			}
		}
	}
	for name := range called {
		delete(h.mocked, name)
	}
	return h
}

// Allows says that a module may name the built-in.
func (h Host) Allows(name string) bool {
	return h.isMocked(name) || Native(name) || CompileTime(name) || slices.Contains(h.Hosted, name) || slices.Contains(h.Overrides, name)
}

// isMocked: what is hosted too is none of them.
func (h Host) isMocked(name string) bool {
	_, mocked := h.mocked[name]
	return mocked && !slices.Contains(h.Hosted, name)
}

// Capabilities are what a policy may use: native and hosted built-ins, and those that never outlive the compiler.
func (h Host) Capabilities() *ast.Capabilities {
	caps := ast.CapabilitiesForThisVersion()
	allowed := make([]*ast.Builtin, 0, len(caps.Builtins))
	for _, b := range caps.Builtins {
		if h.Allows(b.Name) || b.Name == ast.InternalPrint.Name {
			allowed = append(allowed, b)
		}
		if slices.Contains(h.Overrides, b.Name) {
			allowed = append(allowed, Override(b))
		}
	}
	// The list is OPA's own, shared by every caller: it is replaced in a copy, not cut in place.
	own := *caps
	own.Builtins = allowed
	return &own
}

// Declared are the built-ins under whose names modules call the host in place of a native one.
func (h Host) Declared() []*ast.Builtin {
	var declared []*ast.Builtin
	for _, name := range h.Overrides {
		if b, ok := ast.BuiltinMap[name]; ok {
			declared = append(declared, Override(b))
		}
	}
	return declared
}

// Override is the declaration under which a module imports a native built-in from the host.
func Override(b *ast.Builtin) *ast.Builtin {
	own := *b
	own.Name = diagnostics.HostedPrefix + b.Name
	own.Infix = ""
	return &own
}

// Refuse reports every mention of a built-in that nobody answers, with its place.
func (h Host) Refuse(set *source.Set, found *diagnostics.List, skip func(path string) bool) {
	shadows := set.ShadowsOf()
	allowed := map[string]bool{}
	for _, m := range set.Modules {
		if skip != nil && skip(m.Path) {
			continue
		}
		for _, call := range m.Calls {
			allows, known := allowed[call.Name]
			if !known {
				allows = h.Allows(call.Name)
				allowed[call.Name] = allows
			}
			if !allows && !m.Shadowed(call.Name, shadows[m.PackageName]) {
				found.Hinted(diagnostics.RefusedBuiltin, fmt.Sprintf("built-in %s is not available here", call.Name), h.hintFor(call.Name), call.Location)
			}
		}
	}
}

func (h Host) hintFor(name string) string {
	if !slices.Contains(h.Allowable, name) {
		return ""
	}
	return "it reaches out of the gateway: to let policies call it, name it in evaluation.allow_builtins"
}

// Required lists the built-ins that the modules need from the host. Functions that nothing reaches count too, so this
// may name one more than the compiled module imports, never one less.
func (h Host) Required(set *source.Set, prints bool) []protocol.RequiredBuiltin {
	shadows := set.ShadowsOf()
	names := map[string]protocol.RequiredBuiltin{}
	// Calls that were judged once, where nothing shadows them: all others of the name come to the same.
	settled := map[string]struct{}{}
	for _, m := range set.Modules {
		for _, call := range m.Calls {
			name := call.Name
			if _, ok := settled[name]; ok || m.Shadowed(name, shadows[m.PackageName]) {
				continue
			}
			settled[name] = struct{}{}
			imported := name
			switch {
			case name == ast.Print.Name && prints:
				name, imported = ast.InternalPrint.Name, ast.InternalPrint.Name
			case slices.Contains(h.Overrides, name):
				imported = diagnostics.HostedPrefix + name
			case Native(name) || CompileTime(name) || h.isMocked(name):
				continue
			}
			names[name] = protocol.RequiredBuiltin{Name: name, Import: imported}
		}
	}
	required := make([]protocol.RequiredBuiltin, 0, len(names))
	for _, b := range names {
		required = append(required, b)
	}
	slices.SortFunc(required, func(a, b protocol.RequiredBuiltin) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return required
}

// Redirect gives the modules with every call of an overridden built-in renamed. Modules without such a call are
// shared with the cache; the others are copies.
func (h Host) Redirect(set *source.Set) []*ast.Module {
	shadows := set.ShadowsOf()
	trees := make([]*ast.Module, len(set.Modules))
	for i, m := range set.Modules {
		own := shadows[m.PackageName]
		redirected := func(name string) bool {
			return slices.Contains(h.Overrides, name) && !m.Shadowed(name, own)
		}
		trees[i] = m.Module
		if !slices.ContainsFunc(m.Calls, func(c source.Call) bool { return redirected(c.Name) }) {
			continue
		}
		trees[i] = m.Module.Copy()
		RedirectCalls(trees[i], redirected)
	}
	return trees
}

// RedirectCalls renames operators in place.
func RedirectCalls(node any, redirected func(name string) bool) {
	source.VisitOperators(node, func(term *ast.Term) {
		var name string
		switch v := term.Value.(type) {
		case ast.Ref:
			name = v.String()
		case ast.Var:
			name = string(v)
		}
		if redirected(name) {
			term.Value = ast.MustParseRef(diagnostics.HostedPrefix + name)
		}
	})
}
