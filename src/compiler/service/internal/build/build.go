// Package build compiles modules to one WebAssembly module.
package build

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/builtins"
	"defenseclaw-gateway/rego-compiler/internal/check"
	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/emit"
	"defenseclaw-gateway/rego-compiler/internal/hints"
	"defenseclaw-gateway/rego-compiler/internal/plan"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
	"defenseclaw-gateway/rego-compiler/internal/testrule"
	"defenseclaw-gateway/rego-compiler/internal/units"
)

// Builder answers `build` requests, and keeps what the next ones can use.
type Builder struct {
	cache *source.Cache
	kept  *Kept
	// keptTests are of builds with tests, which are made under other settings.
	keptTests *Kept
	linted    *linted
	lists     *lists
	surfaces  *surfaces
}

func NewBuilder(cache *source.Cache) *Builder {
	return &Builder{cache, NewKept(), NewKept(), &linted{}, &lists{}, &surfaces{}}
}

// Run answers a request. Findings about the policy are in the answer; an error is a fault of ours.
func (b *Builder) Run(ctx context.Context, params protocol.BuildParams) (*protocol.BuildResult, error) {
	started := time.Now()
	found := diagnostics.NewList(params.Modules)
	set, complete := b.cache.Parse(params.Modules, params.RegoVersion, found)
	answer := &protocol.BuildResult{
		Entrypoints: []protocol.Entrypoint{}, Builtins: []protocol.RequiredBuiltin{}, Packages: []string{},
		Rules: []protocol.Rule{}, Warnings: []protocol.Diagnostic{}, Tests: []protocol.TestRule{},
		References: []protocol.Reference{},
	}
	var host builtins.Host
	defer func() {
		if complete {
			hints.Add(set, found, host.Allows)
		}
		answer.Diagnostics, answer.Omitted = found.Bounded(params.MaxDiagnostics)
	}()
	if set != nil {
		answer.Stats = set.Stats
	}
	answer.Timings.Parse = milliseconds(time.Since(started))
	if !complete {
		hints.Version(params.Modules, params.RegoVersion, found)
		return answer, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	host = builtins.Host{Hosted: params.Hosted, Overrides: params.Overrides, Allowable: params.Allowable}
	if params.Tests {
		host.Mocking(set, check.IsTestFile).Refuse(set, found, check.IsTestFile)
		host, set = testHost(host), testrule.Numbered(set)
	} else {
		host = host.Mocking(set, nil)
		host.Refuse(set, found, nil)
	}
	if !found.Empty() {
		check.Compile(set, false, found)
	}
	if !found.Empty() {
		return answer, nil
	}
	var surface surface
	if params.Tests {
		surface = surfaceOf(served(set))
	} else {
		surface = b.surfaces.of(set)
	}
	answer.Packages, answer.Rules = surface.packages, surface.rules
	entrypoints := surface.entrypoints
	if params.Tests {
		var err error
		if set, entrypoints, err = withTests(set, params.Run, surface, answer); err != nil {
			found.At(diagnostics.InvalidFilter, err.Error(), nil)
			return answer, nil
		}
	}
	if !surface.asked && len(entrypoints) == len(surface.entrypoints) {
		// Nothing can be asked of it, but it must still be sound.
		check.Compile(set, false, found)
		answer.OK = found.Empty()
		return answer, nil
	}
	kept := b.kept
	if params.Tests {
		kept = b.keptTests
	}
	divided := units.Of(set, settings(set, host, params.PrintStatements))
	lint := b.linted.lint(set, divided, params)
	made, err := compileWasm(ctx, job{set, divided, host, entrypoints, surface.packagePaths, params.PrintStatements, kept, params.Had})
	could := lint()
	answer.Timings.Compile, answer.Timings.Plan, answer.Stats.Compiled = made.compileMs, made.planMs, made.compiled
	if err != nil {
		if made.refused != nil {
			set = made.refused
		}
		explain(err, set, found)
		return answer, nil
	}
	answer.OK, answer.Wasm, answer.Library, answer.Entrypoints = true, made.wasm, made.library, entrypoints
	answer.Warnings, answer.References = could.warnings, could.references
	answer.Builtins = host.Required(set, params.PrintStatements)
	if params.Tests {
		answer.Builtins = append(answer.Builtins, protocol.RequiredBuiltin{Name: ast.InternalTestCase.Name, Import: ast.InternalTestCase.Name})
		return answer, nil
	}
	answer.Keys = keysOf(divided, params.Keys)
	b.lists.shorten(set, params.Lists, answer)
	return answer, nil
}

func keysOf(divided *units.Units, entrypoints []string) map[string]string {
	keys := make(map[string]string, len(entrypoints))
	for _, path := range entrypoints {
		if key, ok := divided.KeyOf(strings.Split(path, "/")); ok {
			keys[path] = hex.EncodeToString(key[:])
		}
	}
	return keys
}

// explain prefers the complete list of our own compiler run: the builder stops after ten errors.
func explain(err error, set *source.Set, found *diagnostics.List) {
	var errs ast.Errors
	if errors.As(err, &errs) {
		check.Compile(set, false, found)
	}
	var fault *emit.Fault
	var refused *plan.Fault
	switch {
	case !found.Empty():
	case errors.As(err, &fault):
		place := &ast.Location{File: fault.Place.File, Row: fault.Place.Row, Col: fault.Place.Col}
		found.At(diagnostics.PlanError, "no WebAssembly can be made of this rule: "+fault.Err.Error(), place)
	case errors.As(err, &refused):
		found.At(diagnostics.PlanError, "no WebAssembly can be made of this rule: "+refused.Error(), refused.Place)
	default:
		found.Add(err, diagnostics.PlanError)
	}
}
