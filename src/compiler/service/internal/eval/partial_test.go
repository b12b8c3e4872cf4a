package eval

import (
	"context"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

func evaluate(t *testing.T, evaluation protocol.Evaluation) protocol.EvaluationResult {
	t.Helper()
	answer, err := Run(context.Background(), source.NewCache(), protocol.EvaluateParams{
		Modules:     []protocol.Module{{Path: "a.rego", Text: "package a\nallow if input.user in data.admins\nallow if input.n > 3\nsends if http.send({}).status == 200"}},
		Data:        `{"admins": ["<alice>"]}`,
		Evaluations: []protocol.Evaluation{evaluation},
	})
	if err != nil || !answer.OK || len(answer.Results) != 1 {
		t.Fatal(err, answer)
	}
	return answer.Results[0]
}

func TestPartial(t *testing.T) {
	for _, tc := range []struct {
		name       string
		evaluation protocol.Evaluation
		partial    string
		code       string
	}{
		{
			"what is known is evaluated",
			protocol.Evaluation{Query: "data.a.allow == true", Input: `{"user": "bob"}`, Partial: &protocol.Partial{Unknowns: []string{"input.n"}}},
			`{"queries":[[{"index":0,"terms":[{"type":"ref","value":[{"type":"var","value":"gt"}]},{"type":"ref","value":[{"type":"var","value":"input"},{"type":"string","value":"n"}]},{"type":"number","value":3}]}]]}`,
			"",
		},
		{"one way is open, another depends", protocol.Evaluation{Query: "data.a.allow == true", Input: `{"user": "<alice>"}`, Partial: &protocol.Partial{Unknowns: []string{"input.n"}}}, `{"queries":[[],[{"index":0,"terms":[{"type":"ref","value":[{"type":"var","value":"gt"}]},{"type":"ref","value":[{"type":"var","value":"input"},{"type":"string","value":"n"}]},{"type":"number","value":3}]}]]}`, ""},
		{"never", protocol.Evaluation{Query: "1 == 2", Partial: &protocol.Partial{}}, `{}`, ""},
		{"no term", protocol.Evaluation{Query: "true", Partial: &protocol.Partial{Unknowns: []string{"1 +"}}}, "", "rego_parse_error"},
		{"refused", protocol.Evaluation{Query: `http.send({})`, Partial: &protocol.Partial{}, Refuse: []string{"http.send"}}, "", "rego_type_error"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := evaluate(t, tc.evaluation)
			if r.Partial != tc.partial {
				t.Errorf("got %+v", r)
			}
			if (r.Error == nil) != (tc.code == "") || r.Error != nil && r.Error.Code != tc.code {
				t.Errorf("expected %q, got %+v", tc.code, r.Error)
			}
		})
	}
}

func TestRefusedBuiltins(t *testing.T) {
	r := evaluate(t, protocol.Evaluation{Query: `x := http.send({"method": "get", "url": "http://127.0.0.1:1"})`, Refuse: []string{"http.send"}})
	if r.Error == nil || r.Error.Code != "rego_type_error" {
		t.Errorf("got %+v", r)
	}
}
