package eval

import (
	"context"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

func TestEvaluate(t *testing.T) {
	for _, tc := range []struct {
		name       string
		evaluation protocol.Evaluation
		json, term string
		code       string
	}{
		{"sets are sorted and stay sets", protocol.Evaluation{Query: `x := {3, 1, {"b", "a"}}`}, `[{"x":[1,3,["a","b"]]}]`, `[{"x": {1, 3, {"a", "b"}}}]`, ""},
		{"numbers stay exact", protocol.Evaluation{Query: "x := 9007199254740993123 + 0"}, `[{"x":9007199254740993123}]`, `[{"x": 9007199254740993123}]`, ""},
		{"nothing is escaped for HTML", protocol.Evaluation{Query: `x := "<&>"`}, `[{"x":"<&>"}]`, `[{"x": "<&>"}]`, ""},
		{"several solutions", protocol.Evaluation{Query: "some x in [2, 1]"}, `[{"x":2},{"x":1}]`, `[{"x": 2}, {"x": 1}]`, ""},
		{"no binding", protocol.Evaluation{Query: "data.a.p"}, `[{"_":[5]}]`, `[{"_": [5]}]`, ""},
		{"undefined", protocol.Evaluation{Query: "data.a.nope"}, `[]`, `[]`, ""},
		{"input as JSON", protocol.Evaluation{Query: "x := input", Input: "null"}, `[{"x":null}]`, `[{"x": null}]`, ""},
		{"input as a term", protocol.Evaluation{Query: "x := input", Input: "1", InputTerm: "{1}"}, `[{"x":[1]}]`, `[{"x": {1}}]`, ""},
		{"no input", protocol.Evaluation{Query: "x := input"}, `[]`, `[]`, ""},
		{"the clock is given", protocol.Evaluation{Query: "x := time.now_ns()"}, `[{"x":1700000000000000001}]`, `[{"x": 1700000000000000001}]`, ""},
		{"built-in errors are undefined", protocol.Evaluation{Query: "x := 1 / 0"}, `[]`, `[]`, ""},
		{"unless strict", protocol.Evaluation{Query: "x := 1 / 0", StrictBuiltinErrors: true}, "", "", "eval_builtin_error"},
		{"conflict", protocol.Evaluation{Query: "data.a.conflict"}, "", "", "eval_conflict_error"},
		{"no query", protocol.Evaluation{Query: "1 +"}, "", "", "rego_parse_error"},
		{"unknown function", protocol.Evaluation{Query: "nope(1)"}, "", "", "rego_type_error"},
		{"input is no JSON", protocol.Evaluation{Query: "input", Input: "{"}, "", "", "eval_error"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answer, err := Run(context.Background(), source.NewCache(), protocol.EvaluateParams{
				Modules:     []protocol.Module{{Path: "a.rego", Text: "package a\np := data.n\nconflict := x if some x in [1, 2]"}},
				Data:        `{"n": 5}`,
				TimeNs:      "1700000000000000001",
				Evaluations: []protocol.Evaluation{tc.evaluation},
			})
			if err != nil || !answer.OK || len(answer.Results) != 1 {
				t.Fatal(err, answer)
			}
			r := answer.Results[0]
			if r.JSON != tc.json || r.Term != tc.term || r.Defined != (tc.code == "" && tc.json != "[]") {
				t.Errorf("got %+v", r)
			}
			if (r.Error == nil) != (tc.code == "") || r.Error != nil && r.Error.Code != tc.code {
				t.Errorf("expected %q, got %+v", tc.code, r.Error)
			}
		})
	}
}

func TestPrintedLinesAndCompileErrors(t *testing.T) {
	answer, err := Run(context.Background(), source.NewCache(), protocol.EvaluateParams{
		Modules:     []protocol.Module{{Path: "a.rego", Text: "package a\np if print(\"x\", 1)"}},
		Evaluations: []protocol.Evaluation{{Query: "data.a.p"}},
	})
	if err != nil || len(answer.Results) != 1 || len(answer.Results[0].Printed) != 1 || answer.Results[0].Printed[0] != "x 1" {
		t.Errorf("got %+v, %v", answer, err)
	}
	broken, err := Run(context.Background(), source.NewCache(), protocol.EvaluateParams{Modules: []protocol.Module{{Path: "a.rego", Text: "package a\np := x"}}})
	if err != nil || broken.OK || broken.Diagnostics[0].Code != "rego_unsafe_var_error" {
		t.Errorf("got %+v, %v", broken, err)
	}
}
