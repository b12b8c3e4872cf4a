// Package tests runs Rego tests on OPA's interpreter.
package tests

import (
	"cmp"
	"context"
	"regexp"
	"runtime"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/hints"
	"defenseclaw-gateway/rego-compiler/internal/parallel"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
	"defenseclaw-gateway/rego-compiler/internal/testrule"
	"defenseclaw-gateway/rego-compiler/internal/trace"
)

const defaultTimeout = 5 * time.Second

// suite is one compiled set of modules over one data document.
type suite struct {
	compiler *ast.Compiler
	store    storage.Store
	txn      storage.Transaction
	found    *diagnostics.List
	timeout  time.Duration
	parallel int
	covering *covering
	// wanted is the filter; nil wants all.
	wanted *regexp.Regexp
	// explain is the mode of the traces of what fails; empty for none.
	explain string
}

// Run answers a `test` request.
func (r *Runner) Run(ctx context.Context, params protocol.TestParams) (*protocol.TestResult, error) {
	started := time.Now()
	found := diagnostics.NewList(params.Modules)
	set, complete := r.cache.Parse(params.Modules, params.RegoVersion, found)
	answer := &protocol.TestResult{Results: []protocol.TestOutcome{}}
	if set != nil {
		answer.Stats = set.Stats
	}
	data, err := source.Document(params.Data)
	if err != nil {
		found.At(diagnostics.InvalidData, err.Error(), nil)
		complete = false
	}
	if set != nil && !found.Empty() {
		hints.Version(params.Modules, params.RegoVersion, found)
	}
	if complete {
		set = testrule.Numbered(set)
		if err := newSuite(set, data, found, params).run(ctx, r, set, params, answer); err != nil {
			return nil, err
		}
	}
	answer.Diagnostics, answer.Omitted = found.Bounded(params.MaxDiagnostics)
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
		parallel: cmp.Or(max(params.Parallel, 0), runtime.GOMAXPROCS(0)),
	}
	if trace.Known(params.Explain) {
		s.explain = params.Explain
	}
	if params.Coverage {
		s.covering = newCovering(params.CoverageKinds)
	}
	s.compiler = ast.NewCompiler().
		WithCapabilities(ast.CapabilitiesForThisVersion(ast.CapabilitiesRegoVersion(set.Version))).
		WithDefaultRegoVersion(set.Version).
		WithEnablePrintStatements(true).
		SetErrorLimit(diagnostics.ErrorLimit)
	return s
}

func (s *suite) run(ctx context.Context, r *Runner, set *source.Set, params protocol.TestParams, answer *protocol.TestResult) error {
	wanted, err := testrule.Filter(testrule.Of(set), params.Run)
	if err != nil {
		s.found.At(diagnostics.InvalidFilter, err.Error(), nil)
		return nil
	}
	if params.Run != "" {
		s.wanted = regexp.MustCompile(params.Run)
	}
	if s.txn, err = s.store.NewTransaction(ctx); err != nil {
		return err
	}
	defer s.store.Abort(context.WithoutCancel(ctx), s.txn)
	// As in `opa test`: data that claims the path of a rule is an error, not a shadow.
	s.compiler.WithPathConflictsCheck(storage.NonEmpty(ctx, s.store, s.txn))
	announcing := testrule.Announcing(set)
	known := r.recall(announcing, wanted, params)
	pending := known.pending(wanted)
	if known != nil {
		announcing = known.needed(announcing, wanted)
	}
	if s.compiler.Compile(announcing.Trees()); s.compiler.Failed() {
		s.found.Add(s.compiler.Errors, ast.CompileErr)
		return nil
	}
	ran := s.inParallel(pending, func(rule testrule.Rule) protocol.TestOutcome { return s.test(ctx, rule) })
	s.locate(ctx, pending, ran)
	if err := ctx.Err(); err != nil {
		return err
	}
	answer.Results = known.whole(wanted, ran)
	if known != nil {
		known.keep(wanted, slices.Clone(answer.Results))
	}
	functions, err := testrule.Filter(testrule.Functions(set), params.Run)
	if err != nil {
		return err
	}
	for _, rule := range functions {
		answer.Results = append(answer.Results, noTest(rule))
	}
	slices.SortStableFunc(answer.Results, func(a, b protocol.TestOutcome) int {
		return cmp.Or(cmp.Compare(a.Location.File, b.Location.File), cmp.Compare(a.Location.Row, b.Location.Row), cmp.Compare(a.Name, b.Name))
	})
	if s.covering != nil {
		answer.Coverage = s.covering.report(set)
	}
	return nil
}

// inParallel gives the outcomes in the order of the rules.
func (s *suite) inParallel(rules []testrule.Rule, work func(testrule.Rule) protocol.TestOutcome) []protocol.TestOutcome {
	outcomes := make([]protocol.TestOutcome, len(rules))
	parallel.Do(s.parallel, len(rules), func(i int) { outcomes[i] = work(rules[i]) })
	return outcomes
}
