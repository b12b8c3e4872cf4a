package format

import (
	"context"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

func TestFormat(t *testing.T) {
	answer, err := Run(context.Background(), protocol.FormatParams{Diff: true, Modules: []protocol.Module{
		{Path: "untidy.rego", Text: "package a\np:=1\n"},
		{Path: "tidy.rego", Text: "package a\n\np := 1\n"},
		{Path: "broken.rego", Text: "package a\np := {"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	untidy, tidy, broken := answer.Files[0], answer.Files[1], answer.Files[2]
	if !untidy.Changed || untidy.Text != tidy.Text || !strings.Contains(untidy.Diff, "-p:=1\n+\n+p := 1\n") {
		t.Errorf("got %+v", untidy)
	}
	if tidy.Changed || tidy.Diff != "" || len(tidy.Diagnostics) != 0 {
		t.Errorf("got %+v", tidy)
	}
	if broken.Changed || broken.Text != "package a\np := {" || broken.Diagnostics[0].Code != "rego_parse_error" {
		t.Errorf("got %+v", broken)
	}
}

func TestRewritesForAnotherVersion(t *testing.T) {
	answer, err := Run(context.Background(), protocol.FormatParams{Target: "v1", RegoVersion: "v0", Modules: []protocol.Module{
		{Path: "old.rego", Text: "package a\n\nimport future.keywords.in\n\nallow { input.x in [1] }\n\nnames[n] { n := input.names[_] }\n"},
		{Path: "new.rego", Text: "package a\n\np if input.x\n", RegoVersion: "v1"},
		{Path: "half.rego", Text: "package a\n\nq contains 1 if input.x\n"},
		{Path: "lost.rego", Text: "package a\n\nimport data.x as input\n\np { input.a }\n"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := "package a\n\nallow if input.x in [1]\n\nnames contains n if n := input.names[_]\n"
	if old := answer.Files[0]; old.Text != want || len(old.Diagnostics) != 0 {
		t.Errorf("got %+v", old)
	}
	for _, same := range answer.Files[1:3] {
		if same.Changed || len(same.Diagnostics) != 0 {
			t.Errorf("got %+v", same)
		}
	}
	if lost := answer.Files[3]; lost.Changed || len(lost.Diagnostics) == 0 || lost.Diagnostics[0].File != "lost.rego" {
		t.Errorf("got %+v", lost)
	}
}
