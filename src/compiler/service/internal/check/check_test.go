package check

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

func TestCheck(t *testing.T) {
	lax := false
	for _, tc := range []struct {
		name   string
		files  map[string]string
		strict *bool
		want   string
	}{
		{"sound", map[string]string{"a.rego": "package a\np := 1"}, nil, ""},
		{"strict by default", map[string]string{"a.rego": "package a\nimport data.b\np := 1"}, nil, "(rego_strict)"},
		{"what is wrong and what could be better", map[string]string{"a.rego": "package a\nimport data.b\np := x"}, nil, "rego_unsafe_var_error (rego_strict)"},
		{"mocked and never called", map[string]string{"a.rego": "package a\np := x if x := 1 with http.send as {}"}, nil, ""},
		{"called where it is mocked", map[string]string{"a.rego": "package a\np := x if x := http.send({\"url\": input.u}).status with http.send as {\"status\": 200}"}, nil, ""},
		{"called where something else is mocked", map[string]string{"a.rego": "package a\np := x if x := http.send({}).status with opa.runtime as {}"}, nil, "rego_refused_builtin"},
		{"called beside its mock", map[string]string{"a.rego": "package a\np if { http.send({}) with http.send as {}; http.send({}) }"}, nil, "rego_refused_builtin rego_refused_builtin rego_refused_builtin"},
		{"mocked here and called there", map[string]string{"a.rego": "package a\np := f(1) with http.send as {}\nf(x) := http.send(x)"}, nil, "rego_parse_error"},
		{"lax", map[string]string{"a.rego": "package a\nimport data.b\np := 1"}, &lax, ""},
		{"refused in a served module", map[string]string{"a.rego": "package a\np := http.send({})"}, nil, "rego_refused_builtin"},
		{"allowed in a test", map[string]string{"a_test.rego": "package a\ntest_p if http.send({}) with http.send as 1"}, nil, ""},
		{"hosted", map[string]string{"a.rego": "package a\np := sprintf(\"\", [])"}, nil, ""},
		{"a broken test is found", map[string]string{"a.rego": "package a\np := 1", "a_test.rego": "package a\ntest_p if x"}, nil, "rego_unsafe_var_error"},
		{"an index with a point", map[string]string{"a.rego": "package a\np := input.x[1.0]"}, nil, "(engines_differ)"},
		{"an index with a point into data", map[string]string{"a.rego": "package a\np := data.l[1.0]"}, nil, ""},
		{"a constant in the name", map[string]string{"a.rego": "package a\np[1].q := input.x"}, nil, "(engines_differ)"},
		{"names as most are", map[string]string{"a.rego": "package a\np[1] := input.x[1]\nq[\"a b\"].c := 1.5\nr[x].y := 1 if some x in input.l"}, nil, ""},
		{"rules of two types", map[string]string{"a.rego": "package a\np := 1\np contains 1"}, nil, "rego_type_error"},
		{"metadata that is no YAML", map[string]string{"a.rego": "package a\n# METADATA\n# title: [\np := 1"}, nil, "rego_parse_error"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			params := protocol.CheckParams{Hosted: []string{"sprintf"}, Strict: tc.strict}
			for path, text := range tc.files {
				params.Modules = append(params.Modules, protocol.Module{Path: path, Text: text})
			}
			answer, err := Run(context.Background(), source.NewCache(), params)
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, d := range answer.Diagnostics {
				codes = append(codes, d.Code)
			}
			ok := len(codes) == 0
			for _, d := range answer.Warnings {
				codes = append(codes, "("+d.Code+")")
			}
			if got := strings.Join(codes, " "); got != tc.want || answer.OK != ok {
				t.Errorf("expected %q, got %q, ok %v", tc.want, got, answer.OK)
			}
		})
	}
}

func TestAConflictOfRulesPointsAtTheSecondAndNamesTheFirst(t *testing.T) {
	tests := map[string]struct {
		modules []protocol.Module
		want    string
	}{
		"default rules": {
			[]protocol.Module{{Path: "a.rego", Text: "package a\n\ndefault allow := false\n\ndefault allow := true\n"}},
			"a.rego:5 multiple default rules data.a.allow: the other one is at a.rego:3",
		},
		"arities in two files": {
			[]protocol.Module{
				{Path: "a.rego", Text: "package a\nf(x) := x"},
				{Path: "b.rego", Text: "package a\nf(x) := 1 if x == 2\nf(x, y) := x + y"},
			},
			"b.rego:3 conflicting rules data.a.f: the other one is at a.rego:2",
		},
		"a rule within another": {
			[]protocol.Module{{Path: "a.rego", Text: "package a\np := 1\np.q := 2"}},
			"a.rego:2 rule data.a.p conflicts with: rule data.a.p.q at a.rego:3",
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			result, err := Run(context.Background(), source.NewCache(), protocol.CheckParams{Modules: tc.modules})
			if err != nil || len(result.Diagnostics) != 1 {
				t.Fatalf("got %+v, %v", result, err)
			}
			d := result.Diagnostics[0]
			if got := fmt.Sprintf("%s:%d %s", d.File, d.Row, d.Message); got != tc.want {
				t.Errorf("expected %s, got %s", tc.want, got)
			}
		})
	}
}
