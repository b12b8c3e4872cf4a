package tests

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// watched is a folder that is tested after each edit.
type watched struct {
	runner *Runner
	files  map[string]string
	data   string
	before map[string]int64
}

// ran says how each test ended, and after which edit it did: what is told again has the very time it took before.
func (w *watched) ran(t *testing.T) string {
	t.Helper()
	params := protocol.TestParams{Data: w.data, Remember: true}
	for path, text := range w.files {
		params.Modules = append(params.Modules, protocol.Module{Path: path, Text: text})
	}
	answer, err := w.runner.Run(context.Background(), params)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Diagnostics) > 0 {
		return answer.Diagnostics[0].File + ": " + answer.Diagnostics[0].Message
	}
	var all []string
	for _, r := range answer.Results {
		name := r.Package + "." + r.Name
		how := "again"
		if r.DurationNs != w.before[name] {
			how = "ran"
		}
		w.before[name] = r.DurationNs
		all = append(all, fmt.Sprintf("%s %s %s", strings.TrimPrefix(r.Package, "data."), r.Status, how))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func TestWhatNothingChangedForIsToldAgain(t *testing.T) {
	w := &watched{runner: NewRunner(source.NewCache()), before: map[string]int64{}, data: `{"n": 1}`, files: map[string]string{
		"a.rego":         "package a\np := 1",
		"b.rego":         "package b\nq := data.a.p",
		"lone.rego":      "package lone\nr := 1",
		"a_test.rego":    "package a_test\ntest_p if data.a.p == 1",
		"b_test.rego":    "package b_test\ntest_q if data.b.q == 1",
		"n_test.rego":    "package n_test\ntest_n if data.n == 1",
		"time_test.rego": "package time_test\ntest_now if time.now_ns() > 0",
	}}
	for _, step := range []struct{ name, file, text, want string }{
		{"the first time", "", "", "a_test pass ran, b_test pass ran, n_test pass ran, time_test pass ran"},
		{"nothing", "", "", "a_test pass again, b_test pass again, n_test pass again, time_test pass ran"},
		{"a test", "a_test.rego", "package a_test\ntest_p if data.a.p == 2", "a_test fail ran, b_test pass again, n_test pass again, time_test pass ran"},
		{"what two reach", "a.rego", "package a\np := 2", "a_test pass ran, b_test fail ran, n_test pass again, time_test pass ran"},
		{"what none reaches", "lone.rego", "package lone\nr := 2", "a_test pass again, b_test fail again, n_test pass again, time_test pass ran"},
		{"what none reaches and is unsound", "lone.rego", "package lone\nr := startwith(1)", "lone.rego: undefined function startwith"},
		{"its mending", "lone.rego", "package lone\nr := 3", "a_test pass again, b_test fail again, n_test pass again, time_test pass ran"},
		{"the data", "data", `{"n": 2}`, "a_test pass ran, b_test fail ran, n_test fail ran, time_test pass ran"},
		{"a conflict of the data with what none reaches", "data", `{"n": 2, "lone": {"r": 1}}`, "lone.rego: "},
	} {
		switch step.file {
		case "":
		case "data":
			w.data = step.text
		default:
			w.files[step.file] = step.text
		}
		if got := w.ran(t); got != step.want && !(strings.HasSuffix(step.want, ": ") && strings.HasPrefix(got, step.want)) {
			t.Errorf("after %s: expected %s, got %s", step.name, step.want, got)
		}
	}
}
