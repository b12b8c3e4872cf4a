package emit

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/ir"
	"github.com/tetratelabs/wazero"

	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/plan"
)

// Modules that together use every statement of a plan.
var modules = map[string]string{
	"a.rego": `package a
p := 1
q contains x if some x in input.s
r[k] := v if some k, v in input.o
s := [x | some x in input.s; x > 1.5]
t := y if { y := input.a } else := 2
default u := false
u if not p
f(x) := x + 1
v := f(input.n)
w if p == 2 with p as 2
x := {k: v | walk(input.o, [k, v])}
y if every z in input.s { z != null }
aa[i].b[j] := k if { some i, j in input.o; k := 1 }
bb.cc[x] contains y if { some x, y in input.o }
dd := data.b[input.x].e
ee := x if x := data.b[input.x].e with input.x as "c" with data.base.z as 3
ff := data.base[input.n]
gg if { [1, x] = input.l; {"a": x} = input.o }
hh := $"{input.s} and {p}"
ii := sprintf("%d", [1])
jj := data.b
`,
	"b.rego": "package b.c\ne := 1\n",
	"c.rego": "package b.d\ne := 2\n",
}

func planned(t *testing.T, modules map[string]string) (*library.Library, *ir.Policy) {
	t.Helper()
	lib, err := library.Load()
	if err != nil {
		t.Fatal(err)
	}
	compiler := ast.MustCompileModules(modules)
	policy, err := plan.Everything(context.Background(), compiler, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return lib, policy
}

func linked(t *testing.T, modules map[string]string, names ...string) []byte {
	t.Helper()
	lib, policy := planned(t, modules)
	functions, err := Functions(lib, policy)
	if err != nil {
		t.Fatal(err)
	}
	entries, shared, err := Documents(lib, functions, nil, names, nil, Kept{})
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range shared {
		functions = append(functions, document.Function)
	}
	code, _, err := Link(lib, &Program{Functions: functions, Entries: entries}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// An engine of its own finds what the checks here would let through.
func TestModulesAreValid(t *testing.T) {
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer func() { _ = runtime.Close(ctx) }()
	module, err := runtime.CompileModule(ctx, linked(t, modules, "a", "a/p", "a/r", "b", "b/c/e", "nowhere"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"eval", "opa_eval"} {
		if _, ok := module.ExportedFunctions()[name]; !ok {
			t.Errorf("%s is not exported", name)
		}
	}
}

func TestTheSamePlanIsTheSameModule(t *testing.T) {
	if a, b := linked(t, modules, "a", "b"), linked(t, modules, "a", "b"); string(a) != string(b) {
		t.Error("it differs")
	}
}

// A reference with a variable could mean a function, too: the planner makes a call of it that lacks the arguments.
func TestAFunctionIsNoValue(t *testing.T) {
	linked(t, map[string]string{
		"x.rego": "package x\nfoo.bar.allow if f(7)\nf(_) if true\n",
		"y.rego": "package y\ndd1 if data.x[input.a].bar.allow\n",
	}, "y/dd1")
}

func TestAFaultNamesTheRule(t *testing.T) {
	lib, policy := planned(t, map[string]string{"dir/a.rego": "package a\n\np := input.x\n"})
	policy.Funcs.Funcs[0].Blocks[0].Stmts = append(policy.Funcs.Funcs[0].Blocks[0].Stmts, &ir.BreakStmt{Index: 9})
	_, err := Functions(lib, policy)
	var fault *Fault
	if !errors.As(err, &fault) || fault.Function != "g0.data.a.p" || fault.Place != (Place{"dir/a.rego", 3, 1}) || !strings.Contains(err.Error(), "branch") {
		t.Errorf("got %+v", err)
	}
}
