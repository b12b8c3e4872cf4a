package eval

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/profiler"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/lineage"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

const (
	// maxEvents bounds a recorded trace: an event holds its bindings, some hundred bytes to some kilobytes.
	maxEvents = 50_000
	// maxExplained bounds the lines of an explanation, and maxExplainedLine the bytes of one.
	maxExplained     = 5_000
	maxExplainedLine = 4_000
)

var filters = map[string]func([]*topdown.Event) []*topdown.Event{
	"full": lineage.Full, "notes": lineage.Notes, "fails": lineage.Fails, "debug": lineage.Debug,
}

// recorder keeps the first events of an evaluation; what comes after them is counted, not kept.
type recorder struct {
	topdown.BufferTracer
	dropped int
}

func (*recorder) Enabled() bool { return true }

func (*recorder) Config() topdown.TraceConfig { return topdown.TraceConfig{PlugLocalVars: true} }

func (r *recorder) TraceEvent(event topdown.Event) {
	if len(r.BufferTracer) >= maxEvents {
		r.dropped++
		return
	}
	r.BufferTracer.TraceEvent(event)
}

// explain prints the trace as `opa eval --explain` does.
func (r *recorder) explain(mode string) *protocol.Explanation {
	var text strings.Builder
	bounded := &boundedWriter{into: &text}
	topdown.PrettyTraceWithOpts(bounded, filters[mode](r.BufferTracer), topdown.PrettyTraceOptions{Locations: true, ExprVariables: true})
	lines := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
	cut := r.dropped > 0 || bounded.cut
	if len(lines) > maxExplained {
		lines, cut = lines[:maxExplained], true
	}
	for i, line := range lines {
		if len(line) > maxExplainedLine {
			lines[i], cut = strings.ToValidUTF8(line[:maxExplainedLine], "")+"…", true
		}
	}
	if len(lines) == 1 && lines[0] == "" {
		lines = []string{}
	}
	return &protocol.Explanation{Lines: lines, Truncated: cut}
}

// boundedWriter forgets what goes beyond a few megabytes.
type boundedWriter struct {
	into *strings.Builder
	cut  bool
}

func (w *boundedWriter) Write(p []byte) (int, error) {
	if w.into.Len()+len(p) > maxExplained*maxExplainedLine/4 {
		w.cut = true
		return len(p), nil
	}
	return w.into.Write(p)
}

// maxProfiled bounds the lines of a profile.
const maxProfiled = 50

// observers watch one evaluation, as far as it was asked for.
type observers struct {
	mode     string
	trace    *recorder
	profiler *profiler.Profiler
	held     *topdown.EvaluatedRuleTracker
}

func newObservers(e protocol.Evaluation) *observers {
	o := &observers{mode: e.Explain}
	if filters[e.Explain] != nil {
		o.trace = &recorder{}
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
		answer.Explanation = o.trace.explain(o.mode)
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
