// Package trace records what OPA's interpreter does, and prints it as OPA's own commands do.
package trace

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/lineage"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

const (
	// maxEvents bounds a recorded trace: an event holds its bindings, some hundred bytes to some kilobytes.
	maxEvents = 50_000
	// MaxLines bounds the lines of an explanation, and maxLine the bytes of one.
	MaxLines = 5_000
	maxLine  = 4_000
)

var filters = map[string]func([]*topdown.Event) []*topdown.Event{
	"full": lineage.Full, "notes": lineage.Notes, "fails": lineage.Fails, "debug": lineage.Debug,
}

// Known says whether there is such a mode.
func Known(mode string) bool { return filters[mode] != nil }

// Recorder keeps the first events of an evaluation; what comes after them is counted, not kept.
type Recorder struct {
	topdown.BufferTracer
	dropped int
}

func (*Recorder) Enabled() bool { return true }

func (*Recorder) Config() topdown.TraceConfig { return topdown.TraceConfig{PlugLocalVars: true} }

func (r *Recorder) TraceEvent(event topdown.Event) {
	if len(r.BufferTracer) >= maxEvents {
		r.dropped++
		return
	}
	r.BufferTracer.TraceEvent(event)
}

// Explain prints the trace as `opa eval --explain` does, in one of the modes, and in at most so many lines.
func (r *Recorder) Explain(mode string, atMost int) *protocol.Explanation {
	var text strings.Builder
	bounded := &boundedWriter{into: &text}
	topdown.PrettyTraceWithOpts(bounded, filters[mode](r.BufferTracer), topdown.PrettyTraceOptions{Locations: true, ExprVariables: true})
	lines := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
	cut := r.dropped > 0 || bounded.cut
	if most := min(atMost, MaxLines); len(lines) > most {
		lines, cut = lines[:most], true
	}
	for i, line := range lines {
		if len(line) > maxLine {
			lines[i], cut = strings.ToValidUTF8(line[:maxLine], "")+"…", true
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
	if w.into.Len()+len(p) > MaxLines*maxLine/4 {
		w.cut = true
		return len(p), nil
	}
	return w.into.Write(p)
}
