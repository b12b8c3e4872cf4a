package hints_test

import (
	"context"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/check"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

const roles = "package app.roles\nlookup(x) := x\nadmin := 1"

func hintsOf(t *testing.T, params protocol.CheckParams) []string {
	t.Helper()
	answer, err := check.Run(context.Background(), source.NewCache(), params)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, d := range answer.Diagnostics {
		found = append(found, d.Hint)
	}
	return found
}

func TestWhatWasMeant(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"a built-in", "package a\nallow if startwith(input.x, \"y\")", "did you mean startswith?"},
		{"no built-in that is refused here", "package a\nx := http.sendd({})", ""},
		{"a function of the package", "package a\nis_admin(x) := x\nallow if is_admni(input.x)", "did you mean is_admin?"},
		{"a function of another package", "package a\nimport data.app.roles\nx := roles.lokup(1)", "did you mean data.app.roles.lookup?"},
		{"a package on the way to a function", "package a\nx := data.app.rolse.lookup(1)", "did you mean data.app.roles.lookup?"},
		{"a function that is not imported", "package a\nx := lookup(1)", "add `import data.app.roles.lookup`"},
		{"a package of functions that is not imported", "package a\nx := roles.lookup(1)", "add `import data.app.roles`"},
		{"a package that is not imported", "package a\nallow if roles[input.x]", "add `import data.app.roles`"},
		{"a rule that is not imported", "package a\nallow if admin == input.x", "add `import data.app.roles.admin`"},
		{"the input", "package a\nallow if inptu.user == 1", "did you mean input?"},
		{"a rule", "package a\nallowed if input.x\nb := alowed", "did you mean allowed?"},
		{"a variable", "package a\nb if {\n\tuser := input.user\n\tuesr == 1\n}", "did you mean user?"},
		{"an import", "package a\nimport data.app.roles as known\nx := knwon.admin\ny := known.admin", "did you mean known?"},
		{"nothing that is near", "package a\nb := entirely_elsewhere", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			modules := []protocol.Module{{Path: "a.rego", Text: tc.text}, {Path: "roles.rego", Text: roles}}
			if got := hintsOf(t, protocol.CheckParams{Modules: modules}); len(got) != 1 || got[0] != tc.want {
				t.Errorf("expected %q, got %q", tc.want, got)
			}
		})
	}
}

func TestTheOtherRegoIsNamedOnce(t *testing.T) {
	old := "package a\nallow { input.x }\nviolation[m] { m := 1 }\n"
	modules := []protocol.Module{{Path: "b.rego", Text: old}, {Path: "a.rego", Text: old}, {Path: "c.rego", Text: "package c\nx := {\n"}}
	got := hintsOf(t, protocol.CheckParams{Modules: modules})
	if len(got) < 3 || !strings.Contains(got[0], "looks like Rego v0, as do 2 files") || !strings.Contains(got[0], "--v0-compatible") || strings.Join(got[1:], "") != "" {
		t.Errorf("got %q", got)
	}
	newer := []protocol.Module{{Path: "a.rego", Text: "package a\nallow if input.x\n", RegoVersion: "v0"}}
	if got := hintsOf(t, protocol.CheckParams{Modules: newer}); len(got) != 1 || !strings.Contains(got[0], "looks like Rego v1: read it without --v0-compatible") {
		t.Errorf("got %q", got)
	}
	annotated := []protocol.Module{{Path: "a.rego", Text: "# METADATA\n# title: [\npackage a\n\nx := 1\n"}}
	if got := hintsOf(t, protocol.CheckParams{Modules: annotated}); len(got) != 1 || got[0] != "" {
		t.Errorf("METADATA that is no YAML is none in either Rego, got %q", got)
	}
}

func TestInputThatNobodySends(t *testing.T) {
	text := "package a\nx if input.target_tpye == input.target_type\ny if input.own\nz if input[\"prot\"]"
	answer, err := check.Run(context.Background(), source.NewCache(), protocol.CheckParams{
		Modules: []protocol.Module{{Path: "a.rego", Text: text}, {Path: "b.rego", Text: "package b\nx if input.target_tpye"}},
		Inputs:  map[string][]string{"data.a": {"target_type", "port"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, d := range answer.Warnings {
		found = append(found, d.Severity+" "+d.Code+" "+d.Hint)
	}
	if got := strings.Join(found, ", "); !answer.OK || got != "warning input_unknown did you mean input.target_type?, warning input_unknown did you mean input.port?" {
		t.Errorf("got %s", got)
	}
}
