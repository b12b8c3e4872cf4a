// Package eval answers queries with OPA's own interpreter: what the WebAssembly host is compared against.
package eval

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/print"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/hints"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

const defaultTimeout = 10 * time.Second

// Session is one compiled set of modules over one data document.
type Session struct {
	base    []func(*rego.Rego)
	modules *ast.Compiler
	clock   []rego.EvalOption
	timeout time.Duration
	// memory is by how many megabytes an evaluation may let the heap grow; 0 means no bound.
	memory int
}

// Run answers an `evaluate` request. An error of one query is in its own result.
func Run(ctx context.Context, cache *source.Cache, params protocol.EvaluateParams) (*protocol.EvaluateResult, error) {
	found := diagnostics.NewList(params.Modules)
	answer := &protocol.EvaluateResult{Results: []protocol.EvaluationResult{}}
	set, complete := cache.Parse(params.Modules, params.RegoVersion, found)
	if !complete {
		hints.Version(params.Modules, params.RegoVersion, found)
	} else {
		if session := open(set, params, found); session != nil {
			for _, evaluation := range params.Evaluations {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				answer.Results = append(answer.Results, session.Evaluate(ctx, evaluation))
			}
		}
	}
	answer.OK, answer.Diagnostics = found.Empty(), found.Sorted()
	return answer, nil
}

func open(set *source.Set, params protocol.EvaluateParams, found *diagnostics.List) *Session {
	data, err := source.Document(params.Data)
	if err != nil {
		found.At(diagnostics.InvalidData, err.Error(), nil)
		return nil
	}
	compiler := ast.NewCompiler().
		WithDefaultRegoVersion(set.Version).
		WithEnablePrintStatements(true).
		SetErrorLimit(diagnostics.ErrorLimit)
	if compiler.Compile(set.Trees()); compiler.Failed() {
		found.Add(compiler.Errors, ast.CompileErr)
		return nil
	}
	var clock []rego.EvalOption
	if params.TimeNs != "" {
		ns, err := strconv.ParseInt(params.TimeNs, 10, 64)
		if err != nil {
			found.At(diagnostics.InvalidData, "timeNs: "+err.Error(), nil)
			return nil
		}
		clock = append(clock, rego.EvalTime(time.Unix(0, ns).UTC()))
	}
	session := NewSession(compiler, set.Version, data, clock, time.Duration(max(params.TimeoutMs, 0))*time.Millisecond)
	session.memory = params.MaxMemoryMb
	return session
}

func NewSession(compiler *ast.Compiler, version ast.RegoVersion, data map[string]any, clock []rego.EvalOption, timeout time.Duration) *Session {
	return &Session{
		base: []func(*rego.Rego){
			rego.Compiler(compiler),
			rego.SetRegoVersion(version),
			rego.Store(inmem.NewFromObjectWithOpts(data, inmem.OptRoundTripOnWrite(false))),
			rego.GenerateJSON(func(term *ast.Term, _ *rego.EvalContext) (any, error) { return term, nil }),
			rego.EnablePrintStatements(true),
		},
		modules: compiler,
		clock:   clock,
		timeout: cmp.Or(timeout, defaultTimeout),
	}
}

// Evaluate runs one query. A panic of the interpreter is left to the request handler.
func (s *Session) Evaluate(ctx context.Context, e protocol.Evaluation) protocol.EvaluationResult {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	ctx, release := withinMemory(ctx, s.memory)
	defer release()
	var printed printer
	seen := newObservers(e)
	failed := func(err error) protocol.EvaluationResult {
		// Why it was broken off is in the context; the interpreter knows only that it was.
		if cause := context.Cause(ctx); topdown.IsCancel(err) && cause != nil && !errors.Is(cause, ctx.Err()) {
			err = &topdown.Error{Code: topdown.CancelErr, Message: cause.Error()}
		}
		return seen.report(protocol.EvaluationResult{Error: diagnostics.ErrorOf(err), Printed: printed.lines})
	}
	options := append([]rego.EvalOption{rego.EvalPrintHook(&printed)}, s.clock...)
	options = append(options, seen.options()...)
	if e.Exhaustive {
		options = append(options, rego.EvalRuleIndexing(false), rego.EvalEarlyExit(false))
	}
	input, given, err := parseInput(e)
	if err != nil {
		return failed(err)
	}
	if given {
		options = append(options, rego.EvalParsedInput(input))
	}
	if e.Filters != nil {
		setup := append([]func(*rego.Rego){rego.UnsafeBuiltins(named(e.Refuse))}, s.base...)
		found, err := filters(ctx, setup, s.modules, e.Query, *e.Filters, input)
		if err != nil {
			return failed(err)
		}
		return protocol.EvaluationResult{Filters: found, Printed: printed.lines}
	}
	setup := append([]func(*rego.Rego){rego.Query(e.Query), rego.StrictBuiltinErrors(e.StrictBuiltinErrors)}, s.base...)
	setup = append(setup, rego.Imports(e.Imports))
	if e.Package != "" {
		setup = append(setup, rego.Package(strings.TrimPrefix(e.Package, "data.")))
	}
	setup = append(setup, rego.UnsafeBuiltins(named(e.Refuse)))
	if e.Partial != nil {
		text, err := partial(ctx, setup, *e.Partial, input)
		if err != nil {
			return failed(err)
		}
		return protocol.EvaluationResult{Partial: text, Printed: printed.lines}
	}
	prepared, err := rego.New(setup...).PrepareForEval(ctx)
	if err != nil {
		return failed(err)
	}
	results, err := prepared.Eval(ctx, options...)
	if err != nil {
		return failed(err)
	}
	solutions := ast.NewArray()
	for _, r := range results {
		solutions = solutions.Append(solution(r))
	}
	text, err := JSON(solutions)
	if err != nil {
		return failed(err)
	}
	answer := protocol.EvaluationResult{Defined: len(results) > 0, JSON: text, Term: solutions.String(), Printed: printed.lines}
	if e.Solutions {
		answer.Solutions = solutionsOf(e, results)
	}
	return seen.report(answer)
}

func parseInput(e protocol.Evaluation) (ast.Value, bool, error) {
	switch {
	case e.InputTerm != "":
		term, err := ast.ParseTerm(e.InputTerm)
		if err != nil {
			return nil, false, err
		}
		return term.Value, true, nil
	case e.Input != "":
		value, err := ast.ValueFromReader(strings.NewReader(e.Input))
		return value, true, err
	default:
		return nil, false, nil
	}
}

// solution gives the bindings, or the values of the expressions under `_` for a query that binds nothing.
func solution(r rego.Result) *ast.Term {
	object := ast.NewObject()
	for name, value := range r.Bindings {
		object.Insert(ast.StringTerm(name), value.(*ast.Term))
	}
	if len(r.Bindings) == 0 {
		values := ast.NewArray()
		for _, expression := range r.Expressions {
			if term, ok := expression.Value.(*ast.Term); ok {
				values = values.Append(term)
			}
		}
		object.Insert(ast.StringTerm("_"), ast.NewTerm(values))
	}
	return ast.NewTerm(object)
}

type printer struct{ lines []string }

const maxPrinted = 1000

func (p *printer) Print(_ print.Context, message string) error {
	if len(p.lines) < maxPrinted {
		p.lines = append(p.lines, message)
	}
	return nil
}
