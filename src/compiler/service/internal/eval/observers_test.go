package eval

import (
	"context"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
	"defenseclaw-gateway/rego-compiler/internal/trace"
)

const traced = `package a

allow if {
	print("asked")
	input.n > limit
}

limit := 5

names contains n if some n in ["x", "y"]

big := count([[x, y, z] | some x in numbers.range(1, 2000); some y in numbers.range(1, 2000); some z in numbers.range(1, 2000)])
`

func ask(t *testing.T, params protocol.EvaluateParams, e protocol.Evaluation) protocol.EvaluationResult {
	t.Helper()
	params.Modules = []protocol.Module{{Path: "a.rego", Text: traced}}
	params.Evaluations = []protocol.Evaluation{e}
	answer, err := Run(context.Background(), source.NewCache(), params)
	if err != nil || !answer.OK {
		t.Fatalf("%v %+v", err, answer)
	}
	return answer.Results[0]
}

func TestExplains(t *testing.T) {
	for mode, wanted := range map[string]string{"full": "Enter data.a.allow", "fails": "a.rego:5     | | Fail gt(", "notes": ""} {
		got := ask(t, protocol.EvaluateParams{}, protocol.Evaluation{Query: "data.a.allow", Input: `{"n":1}`, Explain: mode})
		text := strings.Join(got.Explanation.Lines, "\n")
		if got.Explanation.Truncated || (wanted != "" && !strings.Contains(text, wanted)) {
			t.Errorf("%s: %s", mode, text)
		}
	}
}

func TestAnExplanationIsBounded(t *testing.T) {
	got := ask(t, protocol.EvaluateParams{TimeoutMs: 2000}, protocol.Evaluation{Query: "data.a.big", Explain: "full"})
	if got.Error == nil || got.Error.Code != "eval_cancel_error" || !got.Explanation.Truncated || len(got.Explanation.Lines) > trace.MaxLines {
		t.Errorf("got %+v with %d lines", got.Error, len(got.Explanation.Lines))
	}
}

func TestMemoryIsBounded(t *testing.T) {
	got := ask(t, protocol.EvaluateParams{TimeoutMs: 60_000, MaxMemoryMb: 64}, protocol.Evaluation{Query: "data.a.big"})
	if got.Error == nil || got.Error.Message != "the evaluation takes more than 64 MiB" {
		t.Errorf("got %+v", got.Error)
	}
}

func TestProfiles(t *testing.T) {
	got := ask(t, protocol.EvaluateParams{}, protocol.Evaluation{Query: "data.a.names", Profile: true})
	if len(got.Profile) == 0 || got.Profile[0].NumEval == 0 {
		t.Errorf("got %+v", got.Profile)
	}
}

func TestAQueryAsARule(t *testing.T) {
	for query, wanted := range map[string]string{
		"data.a.names[x]":                     `contains {"x": x} if {`,
		"data.a.limit":                        "\tvalue__ := data.a.limit\n",
		"limit":                               "\tvalue__ := limit\n",
		`data.a.allow with input as {"n": 9}`: `value__ := data.a.allow with input as {"n": 9}`,
		"not data.a.allow":                    "contains true if {",
		"some x in [1]; x == 2":               "contains true if {",
	} {
		got := ask(t, protocol.EvaluateParams{}, protocol.Evaluation{Query: query, Package: "data.a", Solutions: true})
		if got.Error != nil || !strings.Contains(got.Solutions.Module.Text, wanted) || got.Solutions.Entrypoint != "a/solutions__" {
			t.Errorf("%s: %+v %+v", query, got.Error, got.Solutions)
		}
	}
}
