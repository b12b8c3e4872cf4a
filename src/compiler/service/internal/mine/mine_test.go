package mine

import (
	"context"
	"encoding/json"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

func TestMine(t *testing.T) {
	for _, tc := range []struct{ name, rego, want string }{
		{"a comparison", "p if input.port >= 443", `[{"path":["port"],"values":[443],"data":[],"packages":["a"]}]`},
		{"through functions and what they make of a text", "p if f(input.user)\nf(u) if lower(trim_space(u.name)) == \"root\"",
			`[{"path":["user"],"values":[],"data":[],"packages":["a"]},{"path":["user","name"],"values":["root"],"data":[],"packages":["a"]}]`},
		{"members", "p if { some x in input.list; x.kind in {\"a\", \"b\"} }",
			`[{"path":["list","*"],"values":[],"data":[],"packages":["a"]},{"path":["list","*","kind"],"values":["a","b"],"data":[],"packages":["a"]}]`},
		{"data that it is compared with", "p if { some d in data.hosts; d == input.host }\nq := data.levels[input.level]",
			`[{"path":["host"],"values":[],"data":[["hosts","*"]],"packages":["a"]},{"path":["level"],"values":[],"data":[["levels","#"]],"packages":["a"]}]`},
		{"a default", "p := object.get(input, \"mode\", \"observe\")", `[{"path":[],"values":[],"data":[],"packages":["a"]},{"path":["mode"],"values":["observe"],"data":[],"packages":["a"]}]`},
		{"by way of a rule", "p if mode == \"action\"\nmode := upper(input.mode)", `[{"path":["mode"],"values":["action"],"data":[],"packages":["a"]}]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			params := protocol.MineParams{Modules: []protocol.Module{{Path: "a.rego", Text: "package a\n" + tc.rego}}}
			mined, err := Run(context.Background(), source.NewCache(), params)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(mined.Places); string(got) != tc.want {
				t.Errorf("Expected %s, got %s", tc.want, got)
			}
		})
	}
}
