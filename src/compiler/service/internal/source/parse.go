// Package source parses modules, remembers them by content and finds the built-ins that they call.
package source

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/parallel"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// Parsed is a module as it stands in the cache: shared, read-only.
type Parsed struct {
	Path   string
	Module *ast.Module
	// ID names what it was made from, for a text: path, Rego version and text.
	ID Digest
	// Code names what its code depends on: unlike the ID it is the same for texts that differ in comments alone, and in no line of the others.
	Code Digest
	// Package is the path of the package without `data`; a term that is no text ends it.
	Package []string
	// PackageName is the package as Rego writes it.
	PackageName string
	// Calls are the mentions of OPA's built-ins, before any name was resolved.
	Calls []Call
	// Heads are the ground beginnings of the paths of its rules, below the package.
	Heads [][]string
	// Firsts are the first names of its rules, each once.
	Firsts []string
	// Outlines are of the rules of the module, in their order.
	Outlines []Outline
	// References are what it can reach.
	References References
	// Meaning names what it means to whoever refers to it.
	Meaning Digest
	// Above says that its METADATA is of the packages below, too.
	Above bool
}

// NewParsed takes in a module. The id names what it was made from.
func NewParsed(path string, module *ast.Module, id Digest) *Parsed {
	p := &Parsed{Path: path, Module: module, ID: id, Code: id, Calls: findCalls(module), Outlines: outlinesOf(module), Package: names(module.Package.Path[1:])}
	p.PackageName = module.Package.Path.String()
	for _, rule := range module.Rules {
		p.Heads = append(p.Heads, headOf(rule))
		if ref := rule.Head.Ref(); len(ref) > 0 {
			if v, ok := ref[0].Value.(ast.Var); ok && !slices.Contains(p.Firsts, string(v)) {
				p.Firsts = append(p.Firsts, string(v))
			}
		}
	}
	p.References = referencesOf(module, p.Calls)
	p.Meaning = meaningOf(module, p.Outlines)
	p.Above = slices.ContainsFunc(module.Annotations, func(a *ast.Annotations) bool { return a.Scope == "subpackages" })
	return p
}

// Rewritten is the module with another tree, which this step made of its own.
func (p *Parsed) Rewritten(tree *ast.Module, step string) *Parsed {
	rewritten := NewParsed(p.Path, tree, p.ID.Derived(step))
	rewritten.Code = p.Code.Derived(step)
	return rewritten
}

// Set is the parsed form of one request.
type Set struct {
	Modules []*Parsed
	Version ast.RegoVersion
	Stats   protocol.Stats
}

// Version reads a Rego version as OPA's command line spells it; empty means v1.
func Version(name string) (ast.RegoVersion, error) {
	switch name {
	case "", "v1":
		return ast.RegoV1, nil
	case "v0":
		return ast.RegoV0, nil
	case "v0v1":
		return ast.RegoV0CompatV1, nil
	case "v2":
		return ast.RegoV2, nil
	default:
		return ast.RegoUndefined, fmt.Errorf("unknown Rego version %q, expected v0, v0v1, v1 or v2", name)
	}
}

// Parse reads all modules, in parallel and through the cache, and adds every error to found. The set is complete only
// when found stays empty. ok is false when the request itself cannot be worked on.
func (c *Cache) Parse(modules []protocol.Module, version string, found *diagnostics.List) (*Set, bool) {
	v, err := Version(version)
	if err != nil {
		found.At(diagnostics.InvalidVersion, err.Error(), nil)
		return nil, false
	}
	if len(modules) > protocol.MaxModules {
		found.At(diagnostics.TooManyModules, fmt.Sprintf("%d modules, at most %d are taken", len(modules), protocol.MaxModules), nil)
		return nil, false
	}
	set := &Set{Version: v, Stats: protocol.Stats{Modules: len(modules)}}
	results := c.parseAll(modules, v)
	seen := make(map[string]struct{}, len(modules))
	for i, r := range results {
		path := modules[i].Path
		if _, twice := seen[path]; twice {
			found.At(diagnostics.DuplicateModule, "two modules have the path "+path, &ast.Location{File: path, Row: 1, Col: 1})
			continue
		}
		seen[path] = struct{}{}
		if r.cached {
			set.Stats.Cached++
		} else {
			set.Stats.Parsed++
		}
		switch {
		case r.err != nil:
			found.Add(r.err, ast.ParseErr)
		case r.parsed != nil:
			set.Modules = append(set.Modules, r.parsed)
		}
	}
	slices.SortFunc(set.Modules, func(a, b *Parsed) int { return strings.Compare(a.Path, b.Path) })
	return set, found.Empty()
}

type result struct {
	parsed *Parsed
	err    error
	cached bool
}

func (c *Cache) parseAll(modules []protocol.Module, version ast.RegoVersion) []result {
	c.parsing.Lock()
	defer c.parsing.Unlock()
	results := make([]result, len(modules))
	parallel.Do(runtime.NumCPU(), len(modules), func(i int) { results[i] = c.parseOne(modules[i], version) })
	return results
}

// parseOne turns a panic of the parser into an error of the file.
func (c *Cache) parseOne(m protocol.Module, version ast.RegoVersion) (r result) {
	defer func() {
		if thrown := recover(); thrown != nil {
			r = result{err: ast.NewError(ast.ParseErr, &ast.Location{File: m.Path, Row: 1, Col: 1}, "the parser failed: %v", thrown)}
		}
	}()
	if m.RegoVersion != "" {
		var err error
		if version, err = Version(m.RegoVersion); err != nil {
			return result{err: ast.NewError(diagnostics.InvalidVersion, &ast.Location{File: m.Path, Row: 1, Col: 1}, "%v", err)}
		}
	}
	k := keyOf(m.Path, version.String(), m.Text)
	if parsed := c.get(k); parsed != nil {
		return result{parsed: parsed, cached: true}
	}
	module, err := ast.ParseModuleWithOpts(m.Path, m.Text, ast.ParserOptions{RegoVersion: version, ProcessAnnotation: true})
	if err != nil {
		return result{err: err}
	}
	if module == nil {
		return result{err: ast.NewError(ast.ParseErr, &ast.Location{File: m.Path, Row: 1, Col: 1}, "empty module: a package is expected")}
	}
	parsed := NewParsed(m.Path, module, k)
	parsed.Code = keyOf(m.Path, version.String(), codeOf(m.Text, module.Comments))
	c.put(k, parsed, len(m.Text))
	return result{parsed: parsed}
}

// Trees are the modules by path, as OPA's compiler takes them. It copies them before it rewrites them.
func (s *Set) Trees() map[string]*ast.Module {
	trees := make(map[string]*ast.Module, len(s.Modules))
	for _, m := range s.Modules {
		trees[m.Path] = m.Module
	}
	return trees
}
