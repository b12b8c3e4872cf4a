package build

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/builtins"
	"defenseclaw-gateway/rego-compiler/internal/emit"
	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/marks"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
	"defenseclaw-gateway/rego-compiler/internal/units"
)

type job struct {
	set *source.Set
	// units are those of the set.
	units       *units.Units
	host        builtins.Host
	entrypoints []protocol.Entrypoint
	// packages are those whose names can be asked for.
	packages [][]string
	prints   bool
	// kept is undefined for sets that are not built again.
	kept *Kept
	// had are the ids of parts that the caller has.
	had []string
}

// settings name what the code depends on beside the modules.
func settings(set *source.Set, host builtins.Host, prints bool) string {
	return fmt.Sprintf("%v %t %q %q", set.Version, prints, host.Hosted, host.Overrides)
}

type product struct {
	wasm    []byte
	library string
	// compiled is the number of modules that were compiled and not kept.
	compiled          int
	compileMs, planMs float64
	// refused are the modules that could not be compiled, with all that they refer to.
	refused *source.Set
}

// compileWasm compiles and plans with OPA the units whose code is not kept, and makes WebAssembly of the plans and what is kept.
func compileWasm(ctx context.Context, j job) (p product, err error) {
	a := &assembly{job: j, product: &p, marks: sync.OnceValue(func() *marks.Marks { return marks.Of(j.set) })}
	a.code = make([]unitCode, len(a.units.All))
	var missing []int
	for at, unit := range a.units.All {
		if code, ok := j.kept.units.of(unit.Key); ok {
			a.code[at] = code
		} else {
			missing = append(missing, at)
		}
	}
	_, wanted := a.incomplete()
	for round := 0; len(missing) > 0; missing, wanted = a.incomplete() {
		if round++; round > maxRounds {
			return p, errUnplanned
		}
		if err := a.make(ctx, missing, wanted); err != nil {
			return p, err
		}
	}
	if a.lib, err = library.Load(); err != nil {
		return p, err
	}
	a.library = a.lib.ID
	started := time.Now()
	err = a.link()
	p.planMs += milliseconds(time.Since(started))
	return p, err
}

// assembly is a module in the making.
type assembly struct {
	job
	*product
	// lib is there for linking.
	lib *library.Library
	// marks are found once something compiled.
	marks func() *marks.Marks
	// code of each unit; nil where there is none yet.
	code []unitCode
	// own are the units whose code nobody else has.
	own map[int]struct{}
}

// maxRounds bounds how often something is found to be called that was not planned: each round plans what the one before called.
const maxRounds = 8

// incomplete finds the functions that are called and are not there, and their units. What is called in a unit is planned with
// it, or was planned for those who called it before: nothing plans what nobody calls.
func (a *assembly) incomplete() (incomplete []int, wanted []string) {
	there := map[string]struct{}{}
	for _, code := range a.code {
		for name := range code {
			there[name] = struct{}{}
		}
	}
	seen := map[int]struct{}{}
	for _, code := range a.code {
		for _, functions := range code {
			for _, f := range functions {
				for _, name := range f.Calls() {
					if _, ok := there[name]; ok || !emit.IsRule(name) {
						continue
					}
					there[name] = struct{}{}
					wanted = append(wanted, name)
					path, ok := pathOf(name)
					if !ok {
						continue
					}
					if unit, ok := a.units.Owner(path); ok {
						seen[unit] = struct{}{}
					}
				}
			}
		}
	}
	for unit := range seen {
		incomplete = append(incomplete, unit)
	}
	slices.Sort(incomplete)
	slices.Sort(wanted)
	return incomplete, wanted
}

// pathOf reads the path of a rule off the name that the planner gave to its function.
func pathOf(name string) (path []string, ok bool) {
	ref, err := ast.ParseRef(strings.TrimPrefix(name, emit.RulePrefix))
	if err != nil {
		return nil, false
	}
	for _, term := range ref[1:] {
		name, ok := term.Value.(ast.String)
		if !ok {
			return nil, false
		}
		path = append(path, string(name))
	}
	return path, true
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}
