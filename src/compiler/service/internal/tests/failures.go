package tests

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/testrule"
	"defenseclaw-gateway/rego-compiler/internal/trace"
)

// maxTraced bounds the second run, which is slower: nobody reads the places of more failures at once.
const maxTraced = 100

// maxExplained bounds the lines of all explanations of a run together.
const maxExplained = 20_000

// locate runs the failing tests once more with a trace, which the first run does without because it is slow, and notes
// the last expression that was not true, and what it was made of.
func (s *suite) locate(ctx context.Context, rules []testrule.Rule, outcomes []protocol.TestOutcome) {
	traced, left := 0, maxExplained
	for i := range outcomes {
		o := &outcomes[i]
		if o.Status != statusFail || traced == maxTraced || ctx.Err() != nil {
			continue
		}
		traced++
		seen, whole := s.trace(ctx, rules[i])
		if whole != nil && left > 0 {
			o.Explanation = whole.Explain(s.explain, left)
			left -= len(o.Explanation.Lines)
		}
		o.FailedAt = s.failedAt(ctx, seen.last)
		for j := range o.Cases {
			if c := &o.Cases[j]; c.Status == statusFail {
				c.FailedAt = s.failedAt(ctx, seen.byCase[keyOf(c.Name)])
			}
		}
	}
}

func (s *suite) trace(ctx context.Context, rule testrule.Rule) (*failTracer, *trace.Recorder) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	tracer := &failTracer{byCase: map[string]*topdown.Event{}}
	options := []rego.EvalOption{rego.EvalTransaction(s.txn), rego.EvalPrintHook(nil), rego.EvalQueryTracer(tracer)}
	var whole *trace.Recorder
	if s.explain != "" {
		whole = &trace.Recorder{}
		options = append(options, rego.EvalQueryTracer(whole))
	}
	if query, err := s.prepare(ctx, rule); err == nil {
		// The verdict is known: a trace that was cut off by its time says what it saw.
		_, _ = query.Eval(ctx, options...)
	}
	tracer.settle()
	return tracer, whole
}

func (s *suite) failedAt(ctx context.Context, event *topdown.Event) *protocol.FailedAt {
	if event == nil {
		return nil
	}
	return &protocol.FailedAt{
		Location: diagnostics.Place(event.Location),
		Line:     s.found.LineOf(event.Location.File, event.Location.Row),
		Values:   s.valuesOf(ctx, event),
		Locals:   localsOf(event),
	}
}

// failTracer keeps the last expression that was not true, in all and of each case; a whole trace holds every step in memory.
type failTracer struct {
	last, lastOfCase *topdown.Event
	byCase           map[string]*topdown.Event
	current          *string
}

func (*failTracer) Enabled() bool { return true }

func (*failTracer) Config() topdown.TraceConfig { return topdown.TraceConfig{PlugLocalVars: true} }

func (t *failTracer) TraceEvent(event topdown.Event) {
	switch event.Op {
	case topdown.TestCaseOp:
		t.settle()
		key := keyOf(namesIn(event))
		t.current = &key
	case topdown.FailOp:
		if event.Location == nil || event.QueryID == 0 || isEvery(event.Node) {
			return
		}
		t.last, t.lastOfCase = &event, &event
	}
}

func (t *failTracer) settle() {
	if t.current != nil {
		t.byCase[*t.current] = t.lastOfCase
	}
	t.current, t.lastOfCase = nil, nil
}

// isEvery leaves `every` itself out: the expression inside its body is what failed.
func isEvery(node ast.Node) bool {
	expr, ok := node.(*ast.Expr)
	if !ok {
		return false
	}
	_, every := expr.Terms.(*ast.Every)
	return every
}
