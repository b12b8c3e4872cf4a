package build

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

func mod(path, text string) protocol.Module { return protocol.Module{Path: path, Text: text} }

func run(t *testing.T, params protocol.BuildParams) *protocol.BuildResult {
	t.Helper()
	answer, err := NewBuilder(source.NewCache()).Run(context.Background(), params)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func built(t *testing.T, params protocol.BuildParams) *protocol.BuildResult {
	t.Helper()
	answer := run(t, params)
	if !answer.OK || len(answer.Diagnostics) > 0 || !bytes.HasPrefix(answer.Wasm, []byte("\x00asm")) {
		t.Fatalf("not built: ok %v, %d bytes, %v", answer.OK, len(answer.Wasm), answer.Diagnostics)
	}
	return answer
}

func TestEntrypoints(t *testing.T) {
	for _, tc := range []struct {
		name    string
		modules []string
		want    string
	}{
		{"rules, packages and what is above them", []string{"package a.b\np := 1\ndefault q := 2"}, "a=prefix a/b=package a/b/p=rule a/b/q=rule"},
		{"a package above another stays a package", []string{"package a.b.c\np := 1", "package a\nq := 1"}, "a=package a/b=prefix a/b/c=package a/b/c/p=rule a/q=rule"},
		{"functions, tests and underscored rules are left out", []string{"package a\nf(x) := x\ntest_p if true\ntodo_test_q if true\n_r := 1\ns := f(1)"}, "a=package a/s=rule"},
		{"a package of functions only", []string{"package a\nf(x) := x"}, "a=package"},
		{"general references end at their ground prefix", []string{"package a\nb.c[x].d := 1 if some x in [1]\ne contains 1\ng[x] := x if some x in [1]"}, "a=package a/b=prefix a/b/c=rule a/e=rule a/g=rule"},
		{"ground references", []string{"package a\nb.c.d := 1"}, "a=package a/b=prefix a/b/c=prefix a/b/c/d=rule"},
		{"names that a slash path cannot spell end the path", []string{"package a[\"x/y\"].c\np := 1", "package b\nq[\"r/s\"].t := 1\nu[1] := 2", "package c[\"1\"]\np := 1"}, "a=prefix b=package b/q=prefix b/u=prefix c=prefix"},
		{"names with dashes, spaces and percent signs", []string{"package a[\"b-c\"]\np[\"d e\"] := 1\nq[\"100%\"] := 1"}, "a=prefix a/b-c=package a/b-c/p=prefix a/b-c/p/d e=rule a/b-c/q=prefix a/b-c/q/100%=rule"},
		{"a module without rules", []string{"package a", "package b\np := 1"}, "a=package b=package b/p=rule"},
		{"else, defaults, every and comprehensions", []string{"package a\nallow := 1 if input.x else := 2\ndefault deny := true\nall if every x in [1] { x > 0 }\nz := {x | some x in input.xs}"}, "a=package a/all=rule a/allow=rule a/deny=rule a/z=rule"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			params := protocol.BuildParams{}
			for i, text := range tc.modules {
				params.Modules = append(params.Modules, mod(string(rune('a'+i))+".rego", text))
			}
			var got []string
			for _, e := range built(t, params).Entrypoints {
				got = append(got, e.Path+"="+e.Kind)
				if !bytes.Contains(built(t, params).Wasm, []byte(`"`+e.Path+`":`)) {
					t.Errorf("the module does not name %s", e.Path)
				}
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("expected %s\n     got %s", tc.want, strings.Join(got, " "))
			}
		})
	}
}

func TestDiagnostics(t *testing.T) {
	for _, tc := range []struct {
		name, text, code, message string
		row, col                  int
		line                      string
	}{
		{"parse error", "package a\n\np := {", "rego_parse_error", "", 3, 6, "p := {"},
		{"unsafe variable", "package a\np := x", "rego_unsafe_var_error", "var x is unsafe", 2, 6, "p := x"},
		{"type error", "package a\np := startswith(1, \"a\")", "rego_type_error", "have: (number", 2, 6, "p := startswith(1, \"a\")"},
		{"unknown function", "package a\np := nope(1)", "rego_type_error", "undefined function nope", 2, 6, "p := nope(1)"},
		{"recursion", "package a\np if q\nq if p", "rego_recursion_error", "recursive", 2, 1, "p if q"},
		{"refused built-in", "package a\np := http.send({}).body", "rego_refused_builtin", "http.send", 2, 6, "p := http.send({}).body"},
		{"refused as a mock", "package a\np if upper(\"a\") == \"b\" with upper as crypto.sha256", "rego_refused_builtin", "crypto.sha256", 2, 38, "p if upper(\"a\") == \"b\" with upper as crypto.sha256"},
		{"Rego v0 syntax", "package a\np { true }", "rego_parse_error", "`if` keyword", 2, 1, "p { true }"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answer := run(t, protocol.BuildParams{Modules: []protocol.Module{mod("dir/a.rego", tc.text)}})
			if answer.OK || answer.Wasm != nil || len(answer.Diagnostics) == 0 {
				t.Fatalf("expected a rejection, got %+v", answer)
			}
			d := answer.Diagnostics[0]
			if d.Code != tc.code || !strings.Contains(d.Message, tc.message) || d.File != "dir/a.rego" || d.Row != tc.row || d.Col != tc.col || d.Line != tc.line || d.Severity != "error" {
				t.Errorf("got %+v", d)
			}
		})
	}
}

func TestAllErrorsAreReported(t *testing.T) {
	var text strings.Builder
	text.WriteString("package a\n")
	for range 200 {
		text.WriteString("p contains x if y\n")
	}
	answer := run(t, protocol.BuildParams{Modules: []protocol.Module{mod("a.rego", text.String())}})
	if len(answer.Diagnostics) != protocol.MaxDiagnostics {
		t.Errorf("expected %d diagnostics, got %d", protocol.MaxDiagnostics, len(answer.Diagnostics))
	}
	if !slices.IsSortedFunc(answer.Diagnostics, func(a, b protocol.Diagnostic) int { return a.Row - b.Row }) {
		t.Error("not sorted")
	}
	both := run(t, protocol.BuildParams{Modules: []protocol.Module{mod("a.rego", "package a\np := {"), mod("b.rego", "package b\nq := ]")}})
	if len(both.Diagnostics) < 2 || both.Diagnostics[0].File != "a.rego" || both.Diagnostics[len(both.Diagnostics)-1].File != "b.rego" {
		t.Errorf("expected both files, got %v", both.Diagnostics)
	}
}

func TestHostedBuiltinsAreRequiredByName(t *testing.T) {
	text := "package a\np := sprintf(\"%d\", [time.now_ns()])\nq := count([1])\nr if { print(1) }\n"
	answer := built(t, protocol.BuildParams{
		Modules: []protocol.Module{mod("a.rego", text)}, Hosted: []string{"sprintf", "time.now_ns"}, PrintStatements: true,
	})
	var names []string
	for _, b := range answer.Builtins {
		names = append(names, b.Name)
		if !bytes.Contains(answer.Wasm, []byte(`"`+b.Import+`":`)) {
			t.Errorf("the module does not import %s", b.Import)
		}
	}
	if want := []string{"internal.print", "sprintf", "time.now_ns"}; !slices.Equal(names, want) {
		t.Errorf("expected %v, got %v", want, names)
	}
}

func TestARuleNamedLikeABuiltinIsNoBuiltin(t *testing.T) {
	modules := []protocol.Module{mod("a.rego", "package a\nimport data.b as opa\nhttp.send(x) := x\np := http.send(1)\nq := opa.runtime(1)"), mod("b.rego", "package b\nruntime(x) := x")}
	if answer := built(t, protocol.BuildParams{Modules: modules}); len(answer.Builtins) != 0 {
		t.Errorf("expected none, got %v", answer.Builtins)
	}
}

func TestOverriddenNativeBuiltinsAreImported(t *testing.T) {
	cache := source.NewCache()
	modules := []protocol.Module{mod("a.rego", `package a
p if regex.match("a", input.x)
q := count({1}) + count([2])
r if concat(",", ["a"]) == "mock" with concat as f
f(_, _) := "mock"
named[json.marshal({1})].x := 1`)}
	for _, overrides := range [][]string{{"regex.match", "concat", "plus", "json.marshal"}, nil} {
		answer, err := NewBuilder(cache).Run(context.Background(), protocol.BuildParams{Modules: modules, Overrides: overrides})
		if err != nil || !answer.OK {
			t.Fatal(err, answer.Diagnostics)
		}
		if len(answer.Builtins) != len(overrides) {
			t.Errorf("expected %v, got %v", overrides, answer.Builtins)
		}
		// The second round shows that the shared trees were not changed by the first.
		for _, name := range []string{"regex.match", "plus", "json.marshal"} {
			imported := bytes.Contains(answer.Wasm, []byte(`"`+diagnostics.HostedPrefix+name+`":`))
			if imported != slices.Contains(overrides, name) {
				t.Errorf("%s with overrides %v: imported %v", name, overrides, imported)
			}
		}
	}
	wrong := run(t, protocol.BuildParams{Modules: []protocol.Module{mod("a.rego", "package a\np := regex.match(1, 2)")}, Overrides: []string{"regex.match"}})
	if len(wrong.Diagnostics) == 0 || strings.Contains(wrong.Diagnostics[0].Message, diagnostics.HostedPrefix) {
		t.Errorf("the internal name leaked: %v", wrong.Diagnostics)
	}
}

func TestStrictAndVersions(t *testing.T) {
	unused := []protocol.Module{mod("a.rego", "package a\nimport data.b\np := 1")}
	if answer := built(t, protocol.BuildParams{Modules: unused}); len(answer.Warnings) != 0 {
		t.Errorf("not asked for: %v", answer.Warnings)
	}
	answer := built(t, protocol.BuildParams{Modules: unused, Lint: true})
	if len(answer.Warnings) != 1 || answer.Warnings[0].Code != diagnostics.StrictFinding || answer.Warnings[0].Severity != "warning" {
		t.Errorf("an unused import: got %v", answer.Warnings)
	}
	if broken := run(t, protocol.BuildParams{Modules: []protocol.Module{mod("a.rego", "package a\nimport data.b\np := x")}, Lint: true}); broken.OK || len(broken.Diagnostics) != 1 || len(broken.Warnings) != 0 {
		t.Errorf("an error beside: got %v", broken)
	}
	built(t, protocol.BuildParams{Modules: []protocol.Module{mod("a.rego", "package a\np[x] { x := 1 }")}, RegoVersion: "v0"})
	built(t, protocol.BuildParams{Modules: []protocol.Module{mod("a.rego", "package a\nimport rego.v1\np contains x if x := 1")}, RegoVersion: "v0"})
	if answer := run(t, protocol.BuildParams{Modules: unused, RegoVersion: "v9"}); answer.OK || answer.Diagnostics[0].Code != diagnostics.InvalidVersion {
		t.Errorf("got %+v", answer)
	}
}

func TestNothingToAsk(t *testing.T) {
	for _, modules := range [][]protocol.Module{{}, {mod("a.rego", "package a")}} {
		if answer := run(t, protocol.BuildParams{Modules: modules}); !answer.OK || answer.Wasm != nil {
			t.Errorf("got %+v", answer)
		}
	}
	if answer := run(t, protocol.BuildParams{Modules: []protocol.Module{mod("a.rego", ""), mod("b.rego", "# only a comment")}}); answer.OK {
		t.Error("a module without a package passed")
	}
	if answer := run(t, protocol.BuildParams{Modules: []protocol.Module{mod("a.rego", "package a"), mod("a.rego", "package b")}}); answer.OK || answer.Diagnostics[0].Code != diagnostics.DuplicateModule {
		t.Errorf("got %+v", answer)
	}
}

func TestOneEditParsesOneModule(t *testing.T) {
	builder := NewBuilder(source.NewCache())
	params := protocol.BuildParams{}
	for i := range 50 {
		name := string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		params.Modules = append(params.Modules, mod(name+".rego", "package "+name+"\np := input.x"))
	}
	for _, want := range []protocol.Stats{{Modules: 50, Parsed: 50, Compiled: 50}, {Modules: 50, Cached: 50}, {Modules: 50, Parsed: 1, Cached: 49, Compiled: 1}} {
		if want.Parsed == 1 {
			params.Modules[7].Text += "\nq := 1"
		}
		answer, err := builder.Run(context.Background(), params)
		if err != nil || !answer.OK || answer.Stats != want {
			t.Fatalf("expected %+v, got %+v, %v", want, answer.Stats, err)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	text := "\nimport rego.v1\n\ndefault allow := false\n\nallow if {\n\tsome role in input.roles\n\trole.name == data.roles[_].name\n\tcount(role.items) > 3\n}\n\nreason contains msg if {\n\tnot allow\n\tmsg := concat(\" \", [\"no\", input.user])\n}\n"
	for _, n := range []int{6, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			builder := NewBuilder(source.NewCache())
			params := protocol.BuildParams{}
			for i := range n {
				name := "p" + strings.Repeat("x", i%30) + string(rune('a'+i/30%26)) + string(rune('a'+i/780))
				params.Modules = append(params.Modules, mod(name+".rego", "package gen."+name+text))
			}
			var answer *protocol.BuildResult
			for b.Loop() {
				params.Modules[0].Text += "#\n"
				var err error
				if answer, err = builder.Run(context.Background(), params); err != nil || !answer.OK {
					b.Fatal(err, answer.Diagnostics)
				}
			}
			b.ReportMetric(answer.Timings.Parse, "parse-ms")
			b.ReportMetric(answer.Timings.Compile, "compile-ms")
			b.ReportMetric(answer.Timings.Plan, "plan-ms")
		})
	}
}

func TestModulesOfBothVersionsAreBuiltTogether(t *testing.T) {
	answer, err := NewBuilder(source.NewCache()).Run(context.Background(), protocol.BuildParams{Modules: []protocol.Module{
		{Path: "old.rego", RegoVersion: "v0", Text: "package old\n\nallow { any([input.x, false]) }\n\nnames[n] { n := input.names[_] }\n"},
		{Path: "new.rego", Text: "package new\n\nimport data.old\n\nallow if {\n\told.allow\n\t\"a\" in old.names\n}\n"},
	}})
	if err != nil || !answer.OK {
		t.Fatalf("%v %+v", err, answer)
	}
	wrong, err := NewBuilder(source.NewCache()).Run(context.Background(), protocol.BuildParams{Modules: []protocol.Module{
		{Path: "old.rego", RegoVersion: "v7", Text: "package old\n"},
	}})
	if err != nil || wrong.OK || wrong.Diagnostics[0].Code != diagnostics.InvalidVersion || wrong.Diagnostics[0].File != "old.rego" {
		t.Fatalf("%v %+v", err, wrong)
	}
}

func TestWhatThePlannerRefusesHasAPlace(t *testing.T) {
	answer := run(t, protocol.BuildParams{Modules: []protocol.Module{
		mod("a.rego", "package a\np := 1"),
		mod("b.rego", "package b\n\nr if {\n\tevery v in input.vs { v > 1; [] == 1 }\n}\n\nq if r"),
	}})
	if answer.OK || len(answer.Diagnostics) != 1 {
		t.Fatalf("got %+v", answer.Diagnostics)
	}
	if d := answer.Diagnostics[0]; d.Code != diagnostics.PlanError || d.File != "b.rego" || d.Row != 4 {
		t.Errorf("got %+v", d)
	}
}
