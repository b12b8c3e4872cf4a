package main

import (
	"bytes"
	"testing"

	"github.com/open-policy-agent/opa/v1/test/cases"
)

func TestEachCaseCarriesItsModuleAndOPAsAnswer(t *testing.T) {
	compiler := newCaseCompiler([]string{"regex.match"})
	query := func(query string, modules ...string) *line {
		return compiler.line(versioned{cases.TestCase{Note: "n", Query: query, Modules: modules}, "v1", "v1/topic/file.yaml"})
	}
	plain := query("data.a.p = x; y := 1", "package a\np := {2, 1}")
	if !bytes.HasPrefix(plain.Wasm, []byte("\x00asm")) || plain.Topic != "topic" || plain.OPA.Term != `[{"x": {1, 2}, "y": 1}]` || len(plain.Builtins) != 0 {
		t.Errorf("got %+v", plain.OPA)
	}
	overridden := query(`regex.match("a", "a"); sprintf("%d", [1], x)`)
	if len(overridden.Builtins) != 2 || !bytes.Contains(overridden.Wasm, []byte(overridden.Builtins[0].Import)) {
		t.Errorf("got %+v %+v", overridden.Builtins, overridden.CompileError)
	}
	if broken := query("data.a.p", "package a\np := x"); broken.CompileError == nil || broken.CompileError.Code != "rego_unsafe_var_error" {
		t.Errorf("got %+v", broken.CompileError)
	}
	conflict := query("data.a.p = x", "package a\np := y if some y in [1, 2]")
	if conflict.OPA.Error == nil || conflict.OPA.Error.Code != "eval_conflict_error" || len(conflict.Wasm) == 0 {
		t.Errorf("got %+v", conflict.OPA)
	}
}

func TestThePinnedCasesAreFound(t *testing.T) {
	if found := load(pinnedCases(), []string{"v1"}, "withkeyword/"); len(found) < 20 {
		t.Errorf("only %d cases", len(found))
	}
}
