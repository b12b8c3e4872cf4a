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
