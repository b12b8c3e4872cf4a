package testrule

import (
	"fmt"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

func parse(t *testing.T, texts ...string) *source.Set {
	t.Helper()
	var modules []protocol.Module
	for i, text := range texts {
		modules = append(modules, protocol.Module{Path: fmt.Sprintf("m%d.rego", i), Text: text})
	}
	found := diagnostics.NewList(modules)
	set, ok := source.NewCache().Parse(modules, "v1", found)
	if !ok {
		t.Fatal(found.Sorted())
	}
	return set
}

func TestOf(t *testing.T) {
	set := Numbered(parse(t,
		"package a\ntest_p if true\ntest_p if false\nhelper if true\nb.test_q if true\ntodo_test_r if true\ntest_f(x) := x",
		"package a[\"x/y\"]\ntest_t[n] if some n in [\"1\"]\ntest_s.k if true",
		"package a\ntest_p if true",
	))
	var got []string
	for _, r := range Of(set) {
		got = append(got, fmt.Sprintf("%s:%d %s skip=%t table=%t", r.Location.File, r.Location.Row, r.Ref, r.Skip, r.Table))
	}
	want := []string{
		"m0.rego:2 data.a.test_p skip=false table=false",
		"m0.rego:3 data.a[\"test_p#01\"] skip=false table=false",
		"m0.rego:5 data.a.b.test_q skip=false table=false",
		"m0.rego:6 data.a.todo_test_r skip=true table=false",
		"m1.rego:2 data.a[\"x/y\"].test_t skip=false table=true",
		"m1.rego:3 data.a[\"x/y\"].test_s skip=false table=false",
		"m2.rego:2 data.a[\"test_p#02\"] skip=false table=false",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestACaseIsAnnouncedAsSoonAsItHasAName(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"an iterated key":         {`test_t[note] if { some note, tc in {"a": 1}; tc == 2 }`, `some note, tc in {"a": 1}; internal.test_case([note]); tc = 2`},
		"a field":                 {`test_t[tc.note] if { x := 1; some tc in [{"note": "n"}]; tc.x == x }`, `x := 1; some tc in [{"note": "n"}]; internal.test_case([tc.note]); tc.x = x`},
		"two names":               {`test_t[a][b] if { some a in ["x"]; true; some b in ["y"]; a == b }`, `some a in ["x"]; true; some b in ["y"]; internal.test_case([a, b]); a = b`},
		"the name of a closure":   {`test_t[n] if { count([n | some n in [1]]) == 1; some n in ["x"]; n == "y" }`, `some n in ["x"]; internal.test_case([n]); n = "y"`},
		"a rule that does itself": {`test_t[n] if { some n in ["x"]; internal.test_case([n]); n == "y" }`, `some n in ["x"]; internal.test_case([n]); n = "y"`},
	} {
		t.Run(name, func(t *testing.T) {
			set := parse(t, "package a\n"+tc.body)
			before := set.Modules[0].Module.String()
			got := Announcing(set).Modules[0].Module.Rules[0].Body.String()
			// The parsed form spells operators as calls: only the order is looked at.
			got = strings.NewReplacer("equal(tc, 2)", "tc = 2", "equal(tc.x, x)", "tc.x = x", "equal(a, b)", "a = b", `equal(n, "y")`, `n = "y"`, "assign(x, 1)", "x := 1").Replace(got)
			if !strings.HasSuffix(got, tc.want) {
				t.Errorf("expected %s, got %s", tc.want, got)
			}
			if set.Modules[0].Module.String() != before {
				t.Error("the cached module was changed")
			}
		})
	}
}

func TestFilter(t *testing.T) {
	rules := Of(parse(t, "package a\ntest_p if true\ntest_q if true\ntest_t[n] if some n in [\"1\"]"))
	kept, err := Filter(rules, `a\.test_q$`)
	if err != nil || len(kept) != 2 || kept[0].Name != "test_q" || !kept[1].Table {
		t.Errorf("got %+v, %v", kept, err)
	}
	if _, err := Filter(rules, "("); err == nil {
		t.Error("a broken expression filters nothing")
	}
}
