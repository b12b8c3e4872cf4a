package eval

import (
	"context"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

const filtered = `package shop

# METADATA
# scope: document
# compile:
#   unknowns: [input.fruits]
#   mask_rule: masks
include if input.fruits.owner == input.user
include if {
	input.user in data.admins
	startswith(input.fruits.name, "a")
}

masks.fruits.price.replace.value := "***" if not input.user in data.admins

unsaid if input.fruits.owner == input.user

computed if count(input.fruits.name) == 3

never if 1 == 2
`

func filter(t *testing.T, query, input string, asked protocol.Filters) protocol.EvaluationResult {
	t.Helper()
	answer, err := Run(context.Background(), source.NewCache(), protocol.EvaluateParams{
		Modules:     []protocol.Module{{Path: "shop.rego", Text: filtered}},
		Data:        `{"admins": ["alice"]}`,
		Evaluations: []protocol.Evaluation{{Query: query, Input: input, Filters: &asked}},
	})
	if err != nil || !answer.OK || len(answer.Results) != 1 {
		t.Fatal(err, answer)
	}
	return answer.Results[0]
}

func TestFilters(t *testing.T) {
	postgres, ucast := protocol.FilterTarget{Target: "sql", Dialect: "postgresql"}, protocol.FilterTarget{Target: "ucast", Dialect: "prisma"}
	for _, tc := range []struct {
		name, query, input string
		asked              protocol.Filters
		want               []string
	}{
		{"unknowns and masks of METADATA", "data.shop.include", `{"user": "bob"}`, protocol.Filters{Targets: []protocol.FilterTarget{postgres}},
			[]string{`{"query":"WHERE fruits.owner = E'bob'","masks":{"fruits":{"price":{"replace":{"value":"***"}}}}}`}},
		{"two ways, several targets", "data.shop.include", `{"user": "alice"}`, protocol.Filters{Targets: []protocol.FilterTarget{postgres, ucast}},
			[]string{
				`{"query":"WHERE (fruits.owner = E'alice' OR fruits.name LIKE E'a%')","masks":{"fruits":{"price":{"replace":{}}}}}`,
				`{"query":{"operator":"or","type":"compound","value":[{"field":"fruits.owner","operator":"eq","type":"field","value":"alice"},{"field":"fruits.name","operator":"startswith","type":"field","value":"a"}]},"masks":{"fruits":{"price":{"replace":{}}}}}`,
			}},
		{"unknowns, masks and names of the request", "data.shop.unsaid", `{"user": "bob"}`,
			protocol.Filters{Targets: []protocol.FilterTarget{postgres}, Unknowns: []string{"input.fruits"}, MaskRule: "masks", Mappings: `{"fruits": {"$self": "FRUIT", "owner": "OWNER_ID"}}`},
			[]string{`{"query":"WHERE FRUIT.OWNER_ID = E'bob'","masks":{"fruits":{"price":{"replace":{"value":"***"}}}}}`}},
		{"never", "data.shop.never", `{}`, protocol.Filters{Targets: []protocol.FilterTarget{postgres}, Unknowns: []string{"input.fruits"}}, []string{""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := filter(t, tc.query, tc.input, tc.asked)
			if r.Error != nil || r.Filters == nil || strings.Join(r.Filters.Results, "\n") != strings.Join(tc.want, "\n") {
				t.Errorf("got %+v %+v", r.Error, r.Filters)
			}
		})
	}
}

func TestFiltersThatNoQueryCanSay(t *testing.T) {
	postgres := []protocol.FilterTarget{{Target: "sql", Dialect: "postgresql"}}
	r := filter(t, "data.shop.computed", `{}`, protocol.Filters{Targets: postgres, Unknowns: []string{"input.fruits"}})
	if r.Filters == nil || !strings.Contains(r.Filters.Errors, `"code":"pe_fragment_error"`) || !strings.Contains(r.Filters.Errors, `"file":"shop.rego"`) {
		t.Errorf("got %+v %+v", r.Error, r.Filters)
	}
	r = filter(t, "data.shop.include", `{"user": "bob"}`, protocol.Filters{Targets: postgres, Mappings: `{"fruits": {"owner": 3}}`})
	if r.Filters == nil || r.Filters.InvalidMappings == "" {
		t.Errorf("got %+v %+v", r.Error, r.Filters)
	}
	r = filter(t, "data.shop.include", `{"user": "alice"}`, protocol.Filters{Targets: postgres, Unknowns: []string{"input.fruit", "input[1]"}})
	if r.Filters == nil || !strings.Contains(r.Filters.Hints, "did you mean input.fruit.name?") {
		t.Errorf("got %+v %+v", r.Error, r.Filters)
	}
	for _, asked := range []protocol.Filters{
		{Targets: postgres, Unknowns: []string{"1 +"}},
		{Targets: postgres, MaskRule: "1 +"},
		{Targets: postgres, Mappings: "["},
		{Targets: []protocol.FilterTarget{{Target: "sql", Dialect: "none"}}},
	} {
		if r := filter(t, "data.shop.include", `{}`, asked); r.Error == nil {
			t.Errorf("expected an error for %+v, got %+v", asked, r.Filters)
		}
	}
}
