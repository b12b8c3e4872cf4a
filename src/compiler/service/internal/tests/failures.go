package tests

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// maxTraced bounds the second run: a trace holds every step of its test in memory.
const maxTraced = 50

// locate runs the failing tests once more with a trace, which the first run does without because it is slow, and notes
// the last expression that was not true.
func (s *suite) locate(ctx context.Context, txn storage.Transaction, failing map[string]ast.Ref, outcomes []protocol.TestOutcome) error {
	if len(failing) == 0 {
		return nil
	}
	refs := slices.Collect(maps.Values(failing))
	runner := s.runner().SetPrefixMatchers(refs[:min(len(refs), maxTraced)]...).EnableTracing(true)
	results, err := runner.RunTests(ctx, txn)
	if err != nil {
		return err
	}
	traced := map[string]*tester.Result{}
	for r := range results {
		if r != nil {
			traced[key(r)] = r
		}
	}
	for i := range outcomes {
		o := &outcomes[i]
		r := traced[o.Package+"."+o.Name]
		if r == nil || o.Status != statusFail {
			continue
		}
		o.FailedAt = s.lastFailure(r.Trace)
		for j := range o.Cases {
			o.Cases[j].FailedAt = s.caseFailure(r, o.Cases[j])
		}
	}
	return nil
}

func (s *suite) caseFailure(r *tester.Result, c protocol.TestCase) *protocol.FailedAt {
	if c.Status != statusFail {
		return nil
	}
	for name, sub := range r.SubResults.Iter {
		if slices.Equal(name, c.Name) {
			return s.lastFailure(sub.Trace)
		}
	}
	return nil
}

// lastFailure skips `every` itself: the expression inside its body is what failed.
func (s *suite) lastFailure(trace []*topdown.Event) *protocol.FailedAt {
	for _, event := range slices.Backward(trace) {
		if event.Op != topdown.FailOp || event.Location == nil || event.QueryID == 0 {
			continue
		}
		if expr, ok := event.Node.(*ast.Expr); ok {
			if _, every := expr.Terms.(*ast.Every); every {
				continue
			}
		}
		return &protocol.FailedAt{Location: diagnostics.Place(event.Location), Line: s.found.LineOf(event.Location.File, event.Location.Row)}
	}
	return nil
}

func key(r *tester.Result) string { return r.Package + "." + r.Name }

// refOf is the full reference of a test. The runner numbers tests of one name as `name#01`, which no parser reads.
func refOf(r *tester.Result) ast.Ref {
	base, number, numbered := strings.Cut(r.Name, "#")
	ref, err := ast.ParseRef(r.Package + "." + base)
	if err != nil {
		return ast.DefaultRootRef
	}
	if numbered {
		last := ref[len(ref)-1].Value.(ast.String)
		ref[len(ref)-1] = ast.StringTerm(string(last) + "#" + number)
	}
	return ref
}
