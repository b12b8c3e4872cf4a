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
	answer, err := NewRunner(source.NewCache()).Run(context.Background(), params)
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

func TestTheOtherRegoIsNamedAsByABuild(t *testing.T) {
	answer := run(t, protocol.TestParams{Modules: []protocol.Module{{Path: "a_test.rego", Text: "package a\ntest_p { true }\ntest_q { true }\n"}}})
	if len(answer.Diagnostics) != 1 || !strings.Contains(answer.Diagnostics[0].Hint, "--v0-compatible") {
		t.Errorf("got %+v", answer.Diagnostics)
	}
}

func TestTwoTestsOfOneNameBothRun(t *testing.T) {
	answer := run(t, protocol.TestParams{Modules: []protocol.Module{{Path: "a_test.rego", Text: "package a\ntest_p if true\ntest_p if 1 == 2"}}})
	if len(answer.Results) != 2 || answer.Results[1].Name != "test_p#01" || answer.Results[1].FailedAt == nil || answer.Results[1].FailedAt.Row != 3 {
		t.Errorf("got %+v", answer.Results)
	}
}

// shown is how the failure of each test, and of each case, reads.
func shown(answer *protocol.TestResult) map[string]string {
	all := map[string]string{}
	add := func(name string, at *protocol.FailedAt) {
		if at == nil {
			return
		}
		var parts []string
		for _, v := range at.Values {
			value := "undefined"
			if v.Value != nil {
				value = *v.Value
			}
			parts = append(parts, fmt.Sprintf("%s %s = %s", v.Role, v.Text, value))
		}
		all[name] = strings.Join(parts, "; ")
	}
	for _, r := range answer.Results {
		add(r.Name, r.FailedAt)
		for _, c := range r.Cases {
			add(r.Name+"/"+strings.Join(c.Name, "/"), c.FailedAt)
		}
	}
	return all
}

func TestAFailureShowsWhatTheExpressionWasMadeOf(t *testing.T) {
	modules := []protocol.Module{
		{Path: "a.rego", Text: `package a

reasons contains "slow" if input.n > 1

big if input.n > 10

name := input.name
`},
		{Path: "a_test.rego", Text: `package a_test

import data.a

test_set if a.reasons == {"x"} with input as {"n": 5}

test_undefined if a.big with input as {"n": 5}

test_undefined_operand if a.name == "x" with input as {}

test_false if 1 > count(a.reasons) with input as {"n": 5}

test_not if not a.big with input as {"n": 50}

test_assigned if {
	got := a.name with input as {"name": "bob"}
	got == "alice"
}

test_unassigned if {
	got := a.name with input as {}
	got == "alice"
}

test_function if startswith(a.name, "x") with input as {"name": "bob"}

test_outer if a.name == data.want with input as {"name": "bob"} with data.want as "eve"

test_every if {
	every n in [1, 7] {
		n < 5
	}
}

test_inner if {
	some n in [50]
	every m in [n] {
		not a.big with input as {"n": m}
	}
}

test_table[note] if {
	some note, tc in {"one": {"n": 1, "want": set()}, "two": {"n": 2, "want": {"y"}}}
	a.reasons == tc.want with input as {"n": tc.n}
}
`},
	}
	got := shown(run(t, protocol.TestParams{Modules: modules}))
	want := map[string]string{
		"test_set":               `left a.reasons = {"slow"}; right {"x"} = {"x"}`,
		"test_undefined":         `operand a.big = undefined`,
		"test_undefined_operand": `left a.name = undefined; right "x" = "x"`,
		"test_false":             `left 1 = 1; right count(a.reasons) = 1`,
		"test_not":               `operand a.big = true`,
		"test_assigned":          `left got = "bob"; right "alice" = "alice"`,
		"test_unassigned":        `right a.name = undefined`,
		"test_function":          `operand a.name = "bob"`,
		"test_outer":             `left a.name = "bob"; right data.want = "eve"`,
		"test_every":             `left n = 7; right 5 = 5`,
		"test_inner":             `operand a.big = true`,
		"test_table":             `left a.reasons = {"slow"}; right tc.want = {"y"}`,
		"test_table/two":         `left a.reasons = {"slow"}; right tc.want = {"y"}`,
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s: expected\n%s\ngot\n%s", name, text, got[name])
		}
	}
}

func TestAFailureShowsTheVariablesThatPeopleNamed(t *testing.T) {
	text := "package a\ntest_p if {\n\tx := [1, 2]\n\ty := count(x)\n\t_ := 9\n\ty + 1 == 5\n}"
	answer := run(t, protocol.TestParams{Modules: []protocol.Module{{Path: "a_test.rego", Text: text}}})
	got := answer.Results[0].FailedAt.Locals
	want := []protocol.LocalValue{{Name: "x", Value: "[1, 2]"}, {Name: "y", Value: "2"}}
	if !slices.Equal(got, want) {
		t.Errorf("expected %v, got %v", want, got)
	}
}

func TestWhatACasePrintsIsOfThatCase(t *testing.T) {
	text := `package a
test_p[note] if {
	some note, n in {"one": 1, "two": 2}
	print("n is", n)
	n == 2
}`
	answer := run(t, protocol.TestParams{Modules: []protocol.Module{{Path: "a_test.rego", Text: text}}})
	var got []string
	for _, c := range answer.Results[0].Cases {
		got = append(got, fmt.Sprintf("%v %s %v %t", c.Name, c.Status, c.Output, c.DurationNs > 0))
	}
	if want := []string{"[one] fail [n is 1] true", "[two] pass [n is 2] true"}; !slices.Equal(got, want) {
		t.Errorf("expected %v, got %v", want, got)
	}
}

func TestAFunctionIsNoTest(t *testing.T) {
	answer := run(t, protocol.TestParams{Modules: []protocol.Module{{Path: "a_test.rego", Text: "package a\ntest_p(x) if x"}}})
	if len(answer.Results) != 1 || answer.Results[0].Status != "error" || answer.Results[0].Error.Code != "rego_type_error" {
		t.Errorf("got %+v", answer.Results)
	}
}

func TestCoverageSaysWhyALineWasNotReached(t *testing.T) {
	modules := []protocol.Module{
		{Path: "a.rego", Text: `package a

allow if input.role == "admin"

allow if input.role == "dev"

any_big if {
	some x in input.xs
	x > 1
}

any_big if input.big

never if input.never

default level := 1

level := 2 if input.up
`},
		{Path: "a_test.rego", Text: `package a_test

import data.a

test_allow if a.allow with input as {"role": "admin"}

test_big if a.any_big with input as {"xs": [2], "big": true}

test_level if a.level == 1 with input as {}
`},
	}
	answer := run(t, protocol.TestParams{Modules: modules, Coverage: true, CoverageKinds: true})
	file := answer.Coverage.Files[0]
	reasons := fmt.Sprint(file.Reasons)
	if !strings.Contains(reasons, "{18 18 [index_excluded]}") || !strings.Contains(reasons, "{12 12 [early_exit]}") {
		t.Errorf("got %s", reasons)
	}
	var missed []string
	for _, rule := range answer.Coverage.Rules.NotCovered {
		missed = append(missed, fmt.Sprintf("%s:%d", rule.Name, rule.Row))
	}
	want := []string{"data.a.allow:5", "data.a.any_big:12", "data.a.never:14", "data.a.level:18"}
	if rules := answer.Coverage.Rules; !slices.Equal(missed, want) || rules.Covered != 3 || int(rules.Percent) != 42 {
		t.Errorf("expected %v, got %+v", want, answer.Coverage.Rules)
	}
	plain := run(t, protocol.TestParams{Modules: modules, Coverage: true})
	if len(plain.Coverage.Files[0].Reasons) != 0 {
		t.Errorf("got %+v", plain.Coverage.Files[0].Reasons)
	}
}

func TestTheTrueNumberOfErrorsIsTold(t *testing.T) {
	var modules []protocol.Module
	for i := range 600 {
		modules = append(modules, protocol.Module{Path: fmt.Sprintf("m%03d.rego", i), Text: fmt.Sprintf("package m%d\np := undefined_function(1)", i)})
	}
	answer := run(t, protocol.TestParams{Modules: modules, MaxDiagnostics: 7})
	if len(answer.Diagnostics) != 7 || answer.Omitted != 593 {
		t.Errorf("expected 7 and 593, got %d and %d", len(answer.Diagnostics), answer.Omitted)
	}
	for _, d := range answer.Diagnostics {
		if d.File == "" {
			t.Errorf("no file: %+v", d)
		}
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
