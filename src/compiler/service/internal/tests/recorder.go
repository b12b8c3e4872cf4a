package tests

import (
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/print"

	"defenseclaw-gateway/rego-compiler/internal/compact"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// Bounds of what one test may tell.
const (
	maxOutputLines = 1000
	maxCases       = 10_000
)

// recorder takes down what a test prints, which cases it runs and how long they take.
type recorder struct {
	printed []string
	cases   map[string]*protocol.TestCase
	current *protocol.TestCase
	started time.Time
	since   time.Time
}

func newRecorder() *recorder {
	now := time.Now()
	return &recorder{printed: []string{}, cases: map[string]*protocol.TestCase{}, started: now, since: now}
}

func (r *recorder) Print(_ print.Context, message string) error {
	for line := range strings.SplitSeq(strings.TrimSuffix(message, "\n"), "\n") {
		if len(r.printed) >= maxOutputLines {
			return nil
		}
		r.printed = append(r.printed, line)
		if r.current != nil {
			r.current.Output = append(r.current.Output, line)
		}
	}
	return nil
}

func (*recorder) Enabled() bool { return true }

// Config leaves the values of variables out of the events: the one that is of interest comes with what it needs.
func (*recorder) Config() topdown.TraceConfig { return topdown.TraceConfig{PlugLocalVars: false} }

func (r *recorder) TraceEvent(event topdown.Event) {
	if event.Op != topdown.TestCaseOp {
		return
	}
	name := namesIn(event)
	r.settle()
	key := keyOf(name)
	r.current = r.cases[key]
	if r.current == nil && len(r.cases) < maxCases {
		r.current = &protocol.TestCase{Name: name, Status: statusFail}
		r.cases[key] = r.current
	}
}

// settle ends a case: it lasts until the next one begins.
func (r *recorder) settle() {
	now := time.Now()
	if r.current != nil {
		r.current.DurationNs += now.Sub(r.since).Nanoseconds()
	}
	r.since, r.current = now, nil
}

func (r *recorder) end() int64 {
	r.settle()
	return time.Since(r.started).Nanoseconds()
}

// casesOf reads the document of the test, which holds what passed; what began and did not pass has failed.
func (r *recorder) casesOf(document any) []protocol.TestCase {
	r.leaves(document, nil)
	cases := make([]protocol.TestCase, 0, len(r.cases))
	for _, c := range r.cases {
		cases = append(cases, *c)
	}
	slices.SortFunc(cases, func(a, b protocol.TestCase) int { return slices.Compare(a.Name, b.Name) })
	return cases
}

func (r *recorder) leaves(value any, path []string) {
	if object, ok := value.(map[string]any); ok {
		for name, inner := range object {
			r.leaves(inner, append(slices.Clip(path), name))
		}
		return
	}
	key := keyOf(path)
	if r.cases[key] == nil {
		r.cases[key] = &protocol.TestCase{Name: path}
	}
	r.cases[key].Status = statusOf(value == true)
}

func keyOf(name []string) string { return strings.Join(name, "\x00") }

// namesIn are the parts of the name of a case: texts as they are, other values as JSON.
func namesIn(event topdown.Event) []string {
	expr, ok := event.Node.(*ast.Expr)
	if !ok {
		return nil
	}
	path, ok := expr.Operand(0).Value.(*ast.Array)
	if !ok {
		return nil
	}
	names := make([]string, path.Len())
	for i := range names {
		names[i] = nameOf(path.Elem(i))
	}
	return names
}

func nameOf(term *ast.Term) string {
	value, err := ast.JSON(term.Value)
	if err != nil {
		return term.String()
	}
	if text, ok := value.(string); ok {
		return text
	}
	text, err := compact.JSON(value)
	if err != nil {
		return term.String()
	}
	return text
}
