package tests

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/testrule"
)

const (
	statusPass  = "pass"
	statusFail  = "fail"
	statusError = "error"
	statusSkip  = "skip"
)

// test runs one test. A panic of the interpreter is an error of that test: it runs on a goroutine that no handler guards.
func (s *suite) test(ctx context.Context, rule testrule.Rule) (outcome protocol.TestOutcome) {
	outcome = blank(rule)
	if rule.Skip || ctx.Err() != nil {
		outcome.Status = statusSkip
		return outcome
	}
	seen := newRecorder()
	defer func() {
		if thrown := recover(); thrown != nil {
			outcome.Status, outcome.Cases = statusError, nil
			outcome.Error = &protocol.TestError{Code: topdown.InternalErr, Message: fmt.Sprintf("the interpreter failed: %v", thrown)}
		}
		outcome.DurationNs, outcome.Output = seen.end(), seen.printed
	}()
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	query, err := s.prepare(ctx, rule)
	if err != nil {
		return s.erred(outcome, err)
	}
	options := []rego.EvalOption{rego.EvalTransaction(s.txn), rego.EvalPrintHook(seen)}
	if rule.Table {
		options = append(options, rego.EvalQueryTracer(seen))
	}
	covering := s.covering
	// A table always runs: which cases it has only a run tells. It covers something when one of them was asked for.
	unsure := covering != nil && rule.Table && s.wanted != nil && !s.wanted.MatchString(rule.Ref.String())
	if unsure {
		covering = nil
	}
	results, err := covering.eval(ctx, query, options, s.txn)
	if err != nil {
		return s.erred(outcome, err)
	}
	var value any
	if len(results) > 0 {
		value = results[0].Expressions[0].Value
	}
	if !rule.Table || value == nil {
		outcome.Status = statusOf(value == true)
		return outcome
	}
	seen.end()
	outcome.Cases = seen.casesOf(value)
	if unsure && slices.ContainsFunc(outcome.Cases, func(c protocol.TestCase) bool { return rule.WantedCase(s.wanted, c.Name) }) {
		_, _ = s.covering.eval(ctx, query, []rego.EvalOption{rego.EvalTransaction(s.txn), rego.EvalPrintHook(nil)}, s.txn)
	}
	outcome.Status = statusPass
	for _, c := range outcome.Cases {
		if c.Status == statusFail {
			outcome.Status = statusFail
		}
	}
	return outcome
}

// prepare asks for the document of the test by its reference: no text has to be read, whatever the name is made of.
func (s *suite) prepare(ctx context.Context, rule testrule.Rule) (rego.PreparedEvalQuery, error) {
	return rego.New(
		rego.Store(s.store),
		rego.Transaction(s.txn),
		rego.Compiler(s.compiler),
		rego.ParsedQuery(ast.NewBody(ast.NewExpr(ast.NewTerm(rule.Ref.Copy())))),
	).PrepareForEval(ctx)
}

func blank(rule testrule.Rule) protocol.TestOutcome {
	return protocol.TestOutcome{Package: rule.Package, Name: rule.Name, Location: diagnostics.Place(rule.Location), Output: []string{}}
}

func noTest(rule testrule.Rule) protocol.TestOutcome {
	outcome := blank(rule)
	outcome.Status = statusError
	outcome.Error = &protocol.TestError{Code: ast.TypeErr, Message: "a function is no test: it has no value without its arguments", Location: &outcome.Location}
	return outcome
}

func (s *suite) erred(outcome protocol.TestOutcome, err error) protocol.TestOutcome {
	outcome.Status = statusError
	if topdown.IsCancel(err) {
		outcome.Error = &protocol.TestError{Code: topdown.CancelErr, Message: fmt.Sprintf("the test ran longer than %v", s.timeout)}
	} else {
		outcome.Error = diagnostics.ErrorOf(err)
	}
	return outcome
}

func statusOf(passed bool) string {
	if passed {
		return statusPass
	}
	return statusFail
}
