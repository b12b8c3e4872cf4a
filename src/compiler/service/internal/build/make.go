package build

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/emit"
	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/marks"
	"defenseclaw-gateway/rego-compiler/internal/parallel"
	"defenseclaw-gateway/rego-compiler/internal/plan"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// make compiles some units, with all that they refer to, and keeps the code of those alone. Many are shared out over the processors.
func (a *assembly) make(ctx context.Context, missing []int, wanted []string) error {
	toMake := make(map[int]struct{}, len(missing))
	for _, at := range missing {
		toMake[at] = struct{}{}
	}
	shares := a.shares(missing, wanted)
	batches := make([]batch, len(shares))
	parallel.Do(len(shares), len(shares), func(i int) { batches[i].err = a.fill(ctx, &batches[i], shares[i], toMake) })
	for _, b := range batches {
		// What took the longest is what was waited for.
		a.compileMs, a.planMs = max(a.compileMs, b.compileMs), max(a.planMs, b.planMs)
	}
	all := a.units.Closure(missing)
	for _, at := range all {
		a.compiled += len(a.units.All[at].Modules)
	}
	if err := firstFault(batches); err != nil {
		// All that is wrong is told, whichever share it is in.
		a.refused = a.units.Subset(a.set, all)
		return err
	}
	for _, b := range batches {
		for _, made := range b.families {
			a.put(made)
		}
	}
	for _, at := range missing {
		if a.code[at] == nil {
			a.code[at] = unitCode{}
		}
	}
	return nil
}

// family is a rule with what belongs to it, and the unit that it is of.
type family struct {
	unit      int
	name      string
	functions []*emit.Function
}

// batch is what came of a share.
type batch struct {
	families          []family
	compileMs, planMs float64
	err               error
}

// firstFault is what a build in one go would have met: nothing is planned where something does not compile.
func firstFault(batches []batch) (first error) {
	for _, b := range batches {
		var errs ast.Errors
		if errors.As(b.err, &errs) {
			return b.err
		}
		if first == nil {
			first = b.err
		}
	}
	return first
}

// fill compiles and plans a share on its own. It changes nothing that others see. What it plans of other units that are to be made is
// good for all: a function that is only called from here is not planned where its rules are.
func (a *assembly) fill(ctx context.Context, b *batch, s share, toMake map[int]struct{}) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	started := time.Now()
	set := a.units.Subset(a.set, a.units.Closure(s.units))
	compiler, err := a.compile(set)
	b.compileMs = milliseconds(time.Since(started))
	if err != nil {
		return err
	}
	started = time.Now()
	defer func() { b.planMs = milliseconds(time.Since(started)) }()
	if err := a.marks().Put(compiler); err != nil {
		return err
	}
	policy, err := plan.Everything(ctx, compiler, append(a.host.Declared(), marks.Builtin), refsOf(s.wanted))
	if err != nil {
		return err
	}
	lib, err := library.Load()
	if err != nil {
		return err
	}
	planned := emit.NewPlan(lib, policy)
	rules := planned.Rules()
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		at, ok := a.units.Owner(rules[name])
		if !ok {
			return fmt.Errorf("no package has the rule %s", name)
		}
		if _, ok := toMake[at]; !ok || a.code[at][name] != nil {
			continue
		}
		functions, err := planned.Family(name)
		if err != nil {
			return err
		}
		b.families = append(b.families, family{at, name, functions})
	}
	return nil
}

// put keeps what was made first, where two batches made the same.
func (a *assembly) put(made family) {
	if a.own == nil {
		a.own = map[int]struct{}{}
	}
	at := made.unit
	// What is kept already is somebody else's, too.
	if _, ok := a.own[at]; !ok {
		a.own[at] = struct{}{}
		a.code[at] = maps.Clone(a.code[at])
	}
	if a.code[at] == nil {
		a.code[at] = unitCode{}
	}
	if a.code[at][made.name] == nil {
		a.code[at][made.name] = made.functions
	}
}

func (a *assembly) compile(set *source.Set) (*ast.Compiler, error) {
	trees := a.host.Redirect(set)
	modules := make(map[string]*ast.Module, len(trees))
	for _, tree := range trees {
		modules[tree.Package.Location.File] = tree
	}
	compiler := ast.NewCompiler().
		WithCapabilities(a.host.Capabilities()).
		WithDefaultRegoVersion(set.Version).
		WithEnablePrintStatements(a.prints).
		WithEvalMode(ast.EvalModeIR)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, compiler.Errors
	}
	return compiler, nil
}

// link puts the code of all units together, and keeps it.
func (a *assembly) link() error {
	var names []string
	byName := map[string][]*emit.Function{}
	at := map[*emit.Function]int{}
	kept := make(map[source.Digest]unitCode, len(a.code))
	for unit, code := range a.code {
		kept[a.units.All[unit].Key] = code
		for name, functions := range code {
			names = append(names, name)
			byName[name] = functions
			for _, f := range functions {
				at[f] = unit
			}
		}
	}
	slices.Sort(names)
	var functions []*emit.Function
	for _, name := range names {
		functions = append(functions, byName[name]...)
	}
	asked := make([]string, len(a.entrypoints))
	for i, e := range a.entrypoints {
		asked[i] = e.Path
	}
	fresh := emit.Kept{}
	entries, shared, err := emit.Documents(a.lib, functions, a.packages, asked, a.kept.oldEntries(), fresh)
	if err != nil {
		return err
	}
	for _, document := range shared {
		if unit, ok := a.units.Owner(document.Path); ok {
			at[document.Function] = unit
		}
		functions = append(functions, document.Function)
	}
	program := a.divide(emit.Reached(functions, entries), entries, at)
	linked, parts, err := emit.Link(a.lib, program, a.kept.oldParts(), a.had)
	if err != nil {
		return err
	}
	a.wasm = linked
	a.kept.replace(kept, fresh, parts)
	return nil
}

// maxParts bounds what an instance costs: each part adds some 50 us to it.
const maxParts = 16

// divide puts the functions of each unit into one of some parts, and what stands above all units into the main part. Few units have
// a part each: all processes compile what an edit touches. Which part of many units it is depends on the name of the unit alone, so
// that others come and go without moving it.
func (a *assembly) divide(functions []*emit.Function, entries []emit.Entry, at map[*emit.Function]int) *emit.Program {
	count := min(len(a.units.All), maxParts)
	program := &emit.Program{Parts: make([][]*emit.Function, count), Entries: entries}
	partOf := func(unit int) int { return unit }
	if len(a.units.All) > maxParts {
		partOf = func(unit int) int {
			h := fnv.New32a()
			_, _ = h.Write([]byte(a.units.All[unit].Packages[0]))
			return int(h.Sum32() % maxParts)
		}
	}
	put := func(unit int, f *emit.Function) {
		to := &program.Parts[partOf(unit)]
		*to = append(*to, f)
	}
	for _, f := range functions {
		if unit, ok := at[f]; ok {
			put(unit, f)
		} else {
			program.Functions = append(program.Functions, f)
		}
	}
	for i, e := range entries {
		if unit, ok := a.units.Owner(strings.Split(e.Name, "/")); ok {
			entries[i].Elsewhere = true
			put(unit, e.Function)
		}
	}
	return program
}

var errUnplanned = errors.New("OPA gave no plan of all that is called")

func refsOf(names []string) []ast.Ref {
	var refs []ast.Ref
	for _, name := range names {
		if ref, err := ast.ParseRef(strings.TrimPrefix(name, emit.RulePrefix)); err == nil {
			refs = append(refs, ref)
		}
	}
	return refs
}
