// Package tests runs Rego tests on OPA's own runner.
package tests

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
	"defenseclaw-gateway/rego-compiler/internal/testrule"
)

const (
	defaultTimeout = 5 * time.Second
	maxOutputLines = 1000
)

// suite is one compiled set of modules over one data document.
type suite struct {
	compiler *ast.Compiler
	store    storage.Store
	found    *diagnostics.List
	timeout  time.Duration
	parallel int
}

// Run answers a `test` request.
func Run(ctx context.Context, cache *source.Cache, params protocol.TestParams) (*protocol.TestResult, error) {
	started := time.Now()
	found := diagnostics.NewList(params.Modules)
	set, complete := cache.Parse(params.Modules, params.RegoVersion, found)
	answer := &protocol.TestResult{Results: []protocol.TestOutcome{}}
	if set != nil {
		answer.Stats = set.Stats
	}
	data, err := source.Document(params.Data)
	if err != nil {
		found.At(diagnostics.InvalidData, err.Error(), nil)
		complete = false
	}
	if complete {
		set = testrule.Numbered(set)
		s := newSuite(set, data, found, params)
		if err := s.run(ctx, set, params, answer); err != nil {
			return nil, err
		}
	}
	answer.Diagnostics = found.Sorted()
	answer.OK = found.Empty() && !slices.ContainsFunc(answer.Results, func(r protocol.TestOutcome) bool {
		return r.Status == statusFail || r.Status == statusError
	})
	answer.DurationNs = time.Since(started).Nanoseconds()
	return answer, nil
}

func newSuite(set *source.Set, data map[string]any, found *diagnostics.List, params protocol.TestParams) *suite {
	s := &suite{
		store:    inmem.NewFromObjectWithOpts(data, inmem.OptRoundTripOnWrite(false)),
		found:    found,
		timeout:  cmp.Or(time.Duration(max(params.TimeoutMs, 0))*time.Millisecond, defaultTimeout),
		parallel: params.Parallel,
	}
	s.compiler = ast.NewCompiler().
		WithCapabilities(ast.CapabilitiesForThisVersion(ast.CapabilitiesRegoVersion(set.Version))).
		WithDefaultRegoVersion(set.Version).
		WithEnablePrintStatements(true).
		SetErrorLimit(protocol.MaxDiagnostics)
	return s
}

func (s *suite) run(ctx context.Context, set *source.Set, params protocol.TestParams, answer *protocol.TestResult) error {
	txn, err := s.store.NewTransaction(ctx)
	if err != nil {
		return err
	}
	defer s.store.Abort(context.WithoutCancel(ctx), txn)
	// As in `opa test`: data that claims the path of a rule is an error, not a shadow.
	s.compiler.WithPathConflictsCheck(storage.NonEmpty(ctx, s.store, txn))
	wanted, err := testrule.Filter(testrule.Of(set), params.Run)
	if err != nil {
		s.found.At(diagnostics.InvalidFilter, err.Error(), nil)
		return nil
	}
	if params.Run != "" && len(wanted) == 0 {
		return nil
	}
	runner := s.runner().SetModules(set.Trees())
	if params.Run != "" {
		runner.SetPrefixMatchers(refsOf(wanted)...)
	}
	var covered *cover.Cover
	if params.Coverage {
		covered = cover.New()
		runner.SetCoverageQueryTracer(covered).SetCoverageRuns(nil)
	}
	results, err := runner.RunTests(ctx, txn)
	if err != nil {
		s.found.Add(err, ast.CompileErr)
		return nil
	}
	failing := map[string]ast.Ref{}
	for r := range results {
		if r == nil {
			continue
		}
		outcome := s.outcome(r)
		if outcome.Status == statusFail {
			failing[key(r)] = refOf(r)
		}
		answer.Results = append(answer.Results, outcome)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	slices.SortFunc(answer.Results, func(a, b protocol.TestOutcome) int {
		return cmp.Or(cmp.Compare(a.Location.File, b.Location.File), cmp.Compare(a.Location.Row, b.Location.Row), cmp.Compare(a.Name, b.Name))
	})
	if err := s.locate(ctx, txn, failing, answer.Results); err != nil {
		return err
	}
	if covered != nil {
		answer.Coverage = report(covered, set)
	}
	return nil
}

func refsOf(rules []testrule.Rule) []ast.Ref {
	refs := make([]ast.Ref, len(rules))
	for i, rule := range rules {
		refs[i] = rule.Ref
	}
	return refs
}

func (s *suite) runner() *tester.Runner {
	return tester.NewRunner().
		SetCompiler(s.compiler).
		SetStore(s.store).
		SetParallel(s.parallel).
		SetTimeout(s.timeout).
		CapturePrintOutput(true)
}
