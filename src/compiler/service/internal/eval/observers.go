package eval

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/profiler"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/trace"
)

// maxProfiled bounds the lines of a profile.
const maxProfiled = 50

// observers watch one evaluation, as far as it was asked for.
type observers struct {
	mode     string
	trace    *trace.Recorder
	profiler *profiler.Profiler
	held     *topdown.EvaluatedRuleTracker
}

func newObservers(e protocol.Evaluation) *observers {
	o := &observers{mode: e.Explain}
	if trace.Known(e.Explain) {
		o.trace = &trace.Recorder{}
	}
	if e.RuleLabels {
		o.held = &topdown.EvaluatedRuleTracker{}
	}
	if e.Profile {
		o.profiler = profiler.New()
	}
	return o
}

func (o *observers) options() (all []rego.EvalOption) {
	if o.trace != nil {
		all = append(all, rego.EvalQueryTracer(o.trace))
	}
	if o.held != nil {
		all = append(all, rego.EvalEvaluatedRuleTracker(o.held))
	}
	if o.profiler != nil {
		all = append(all, rego.EvalQueryTracer(o.profiler))
	}
	return all
}

// report adds to an answer what was seen.
func (o *observers) report(answer protocol.EvaluationResult) protocol.EvaluationResult {
	if o.trace != nil {
		answer.Explanation = o.trace.Explain(o.mode, trace.MaxLines)
	}
	if o.held != nil {
		answer.RuleLabels = o.held.Labels
	}
	if o.profiler == nil {
		return answer
	}
	for _, stats := range o.profiler.ReportTopNResults(maxProfiled, []string{"total_time_ns"}) {
		answer.Profile = append(answer.Profile, protocol.ProfiledExpr{
			Location: diagnostics.Place(stats.Location), Text: firstLine(string(stats.Location.Text)),
			TimeNs: stats.ExprTimeNs, NumEval: stats.NumEval, NumRedo: stats.NumRedo,
		})
	}
	return answer
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
