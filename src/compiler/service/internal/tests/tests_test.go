package tests

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

const policy = `package a

p := data.limit

q := 1 if {
	input.x > 1
} else := 2

unreached if input.never
`

const suiteText = `package a_test

import data.a

test_passes if {
	print("limit is", a.p)
	a.p == 3
}

test_fails if {
	r := a.q with input as {"x": 5}
	r == 7
}

test_conflict if f(1)

f(x) := y if some y in [x, x + 1]

todo_test_later if false

test_cases[note] if {
	some note, tc in {"one": 1, "two": 2}
	tc == 1
}

test_every if {
	every x in [1, 2] {
		x < 2
	}
}
`

func run(t *testing.T, params protocol.TestParams) *protocol.TestResult {
	t.Helper()
	if params.Modules == nil {
		params.Modules = []protocol.Module{{Path: "a.rego", Text: policy}, {Path: "a_test.rego", Text: suiteText}}
	}
	answer, err := Run(context.Background(), source.NewCache(), params)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestOutcomes(t *testing.T) {
	answer := run(t, protocol.TestParams{Data: `{"limit": 3}`})
	var got []string
	for _, r := range answer.Results {
		row := 0
		if r.FailedAt != nil {
			row = r.FailedAt.Row
		}
		got = append(got, fmt.Sprintf("%s %s %s:%d failed at %d", r.Name, r.Status, r.Location.File, r.Location.Row, row))
	}
	want := []string{
		"test_passes pass a_test.rego:5 failed at 0",
		"test_fails fail a_test.rego:10 failed at 12",
		"test_conflict error a_test.rego:15 failed at 0",
		"todo_test_later skip a_test.rego:19 failed at 0",
		"test_cases fail a_test.rego:21 failed at 23",
		"test_every fail a_test.rego:26 failed at 28",
	}
	if !slices.Equal(got, want) {
		t.Errorf("expected\n%s\ngot\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
	if answer.OK {
		t.Error("failing tests are not ok")
	}
	passed, conflict, cases := answer.Results[0], answer.Results[2], answer.Results[4]
	if !slices.Equal(passed.Output, []string{"limit is 3"}) || passed.DurationNs <= 0 || passed.Package != "data.a_test" {
		t.Errorf("got %+v", passed)
	}
	if conflict.Error == nil || conflict.Error.Code != "eval_conflict_error" || conflict.Error.Location.Row != 17 {
		t.Errorf("got %+v", conflict.Error)
	}
	if len(cases.Cases) != 2 || cases.Cases[0].Status != "pass" || cases.Cases[1].Status != "fail" || cases.Cases[1].FailedAt.Row != 23 {
		t.Errorf("got %+v", cases.Cases)
	}
}

func TestRunFilter(t *testing.T) {
	answer := run(t, protocol.TestParams{Data: `{"limit": 3}`, Run: `\.test_pass`})
	var names []string
	for _, r := range answer.Results {
		names = append(names, r.Name)
	}
	// Which cases a table has, and so whether one of them matches, only a run tells.
	if !slices.Equal(names, []string{"test_passes", "test_cases"}) {
		t.Errorf("got %v", names)
	}
	broken := run(t, protocol.TestParams{Run: "("})
	if broken.OK || broken.Diagnostics[0].Code != diagnostics.InvalidFilter {
		t.Errorf("got %+v", broken.Diagnostics)
	}
}

func TestTwoTestsOfOneNameBothRun(t *testing.T) {
	answer := run(t, protocol.TestParams{Modules: []protocol.Module{{Path: "a_test.rego", Text: "package a\ntest_p if true\ntest_p if 1 == 2"}}})
	if len(answer.Results) != 2 || answer.Results[1].Name != "test_p#01" || answer.Results[1].FailedAt == nil || answer.Results[1].FailedAt.Row != 3 {
		t.Errorf("got %+v", answer.Results)
	}
}

func TestCoverageCountsServedFilesOnly(t *testing.T) {
	answer := run(t, protocol.TestParams{Data: `{"limit": 3}`, Coverage: true})
	if answer.Coverage == nil || len(answer.Coverage.Files) != 1 {
		t.Fatalf("got %+v", answer.Coverage)
	}
	file := answer.Coverage.Files[0]
	if file.File != "a.rego" || fmt.Sprint(file.NotCovered) != "[[7 7] [9 9]]" || file.Percent <= 0 || file.Percent >= 100 || file.Percent != answer.Coverage.Percent {
		t.Errorf("got %+v", file)
	}
}

func TestATestThatNeverEndsIsCutOff(t *testing.T) {
	text := "package a\ntest_slow if count([1 | some x in numbers.range(1, 100000); some y in numbers.range(1, 100000); x == y]) == 0"
	answer := run(t, protocol.TestParams{Modules: []protocol.Module{{Path: "a_test.rego", Text: text}}, TimeoutMs: 50})
	if len(answer.Results) != 1 || answer.Results[0].Status != "error" || !strings.Contains(answer.Results[0].Error.Message, "50ms") {
		t.Errorf("got %+v", answer.Results)
	}
}

func TestWhatCannotRunIsADiagnostic(t *testing.T) {
	one := []protocol.Module{{Path: "a.rego", Text: "package a\np := 1\ntest_p if p == 1"}}
	for name, tc := range map[string]struct {
		params protocol.TestParams
		code   string
	}{
		"parse error":        {protocol.TestParams{Modules: []protocol.Module{{Path: "a.rego", Text: "package"}}}, "rego_parse_error"},
		"compile error":      {protocol.TestParams{Modules: []protocol.Module{{Path: "a.rego", Text: "package a\np := x"}}}, "rego_unsafe_var_error"},
		"data is no object":  {protocol.TestParams{Modules: one, Data: "[]"}, diagnostics.InvalidData},
		"data is no JSON":    {protocol.TestParams{Modules: one, Data: "{"}, diagnostics.InvalidData},
		"data claims a rule": {protocol.TestParams{Modules: one, Data: `{"a": {"p": 1}}`}, "rego_compile_error"},
		"unknown Rego":       {protocol.TestParams{Modules: one, RegoVersion: "v7"}, diagnostics.InvalidVersion},
	} {
		t.Run(name, func(t *testing.T) {
			answer := run(t, tc.params)
			if answer.OK || len(answer.Diagnostics) == 0 || answer.Diagnostics[0].Code != tc.code {
				t.Errorf("expected %s, got %+v", tc.code, answer.Diagnostics)
			}
		})
	}
}
