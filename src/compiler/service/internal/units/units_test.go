package units

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// set gives the units of modules, each under the names of its packages.
func set(t *testing.T, texts ...string) map[string]*Unit {
	t.Helper()
	var modules []protocol.Module
	for i, text := range texts {
		modules = append(modules, protocol.Module{Path: fmt.Sprintf("m%d.rego", i), Text: text})
	}
	found := diagnostics.NewList(modules)
	parsed, ok := source.NewCache().Parse(modules, "v1", found)
	if !ok {
		t.Fatal(found.Sorted())
	}
	units := map[string]*Unit{}
	for _, unit := range Of(parsed, "seed").All {
		units[strings.ReplaceAll(strings.Join(unit.Packages, " "), "data.", "")] = unit
	}
	return units
}

func TestPackagesWhoseRulesOverlapAreOneUnit(t *testing.T) {
	for _, tc := range []struct {
		want  string
		texts []string
	}{
		{"a|a.b", []string{"package a\np := 1", "package a.b\np := 1"}},
		{"a a.b", []string{"package a\nb.c := 1", "package a.b\np := 1"}},
		{"a a.b.c", []string{"package a\nb[x] := 1 if some x in [1]", "package a.b.c\np := 1"}},
		{"a a.b a.b.c", []string{"package a\nb.c.d := 1", "package a.b\nq := 1", "package a.b.c\np := 1"}},
		{"a|a.b.x", []string{"package a\nb.c.d := 1", "package a.b.x\np := 1"}},
		{"a", []string{"package a\np := 1", "package a\nq := 1"}},
	} {
		got := set(t, tc.texts...)
		names := make([]string, 0, len(got))
		for name := range got {
			names = append(names, name)
		}
		slices.Sort(names)
		if strings.Join(names, "|") != tc.want {
			t.Errorf("expected %s, got %s", tc.want, strings.Join(names, "|"))
		}
	}
}

// An edit gives new names to the units that it can reach, and to no others.
func TestKeys(t *testing.T) {
	library := "package lib\np := 1\nf(x) := x"
	for _, tc := range []struct {
		name, before, after string
		others              []string
		want                string
	}{
		{"who refers to it", library, library + "\nq := 2", []string{"package user\nimport data.lib\nr := lib.p", "package stranger\nr := 1"}, "lib user"},
		{"over two steps", library, library + "\nq := 2", []string{"package mid\nr := data.lib.f(1)", "package user\nr := data.mid.r"}, "lib mid user"},
		{"in a circle of packages", library, library + "\nq := data.user.s", []string{"package user\nr := data.lib.p\ns := 1", "package far\nr := data.user.s"}, "far lib user"},
		{"comments are nobody else's business", library, "# new\n" + library, []string{"package user\nr := data.lib.p"}, "lib"},
		{"layout is nobody else's business", library, strings.ReplaceAll(library, "\n", "\n\n"), []string{"package user\nr := data.lib.p"}, "lib"},
		{"a comment that moves nothing", library, strings.Replace(library, ":= 1", ":= 1 # one", 1) + "\n\n# the end\n", []string{"package user\nr if data.lib.p with input as 1"}, ""},
		{"METADATA is no comment", "# METADATA\n# title: a\n" + library, "# METADATA\n# title: b\n" + library, []string{"package user\nr := data.lib.p"}, "lib"},
		{"a comment behind METADATA", "# METADATA\n# title: a\n\n# x\n" + library, "# METADATA\n# title: a\n\n# y\n" + library, nil, ""},
		{"what looks like a comment", "package lib\np := `\n# a`", "package lib\np := `\n# b`", nil, "lib"},
		{"places in rules that are planned anew", library, "# new\n" + library, []string{"package user\nr if data.lib.p with input as 1"}, "lib user"},
		{"annotations above", "# METADATA\n# scope: subpackages\n# title: a\npackage a\np := 1", "# METADATA\n# scope: subpackages\n# title: b\npackage a\np := 1", []string{"package a.b\nr := rego.metadata.chain()", "package c\nr := 1"}, "a a.b"},
		{"a whole document", library, library + "\nq := 2", []string{"package user\nr := data", "package dynamic\nr := data[input.x]"}, "dynamic lib user"},
		{"below a prefix", "package lib.deep\np := 1", "package lib.deep\np := 2", []string{"package user\nr := data.lib[input.x].p", "package stranger\nr := data.library"}, "lib.deep user"},
		{"an imported root", library, library + "\nq := 2", []string{"package user\nimport data.lib as l\nr := l"}, "lib user"},
		{"in the name of a rule", library, library + "\nq := 2", []string{"package user\nr[data.lib.p].x := 1 if true"}, "lib user"},
		{"what a mock replaces", library, library + "\nq := 2", []string{"package user\nr if 1 with data.lib.p as 2"}, "lib user"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before, after := set(t, append([]string{tc.before}, tc.others...)...), set(t, append([]string{tc.after}, tc.others...)...)
			var changed []string
			for name, unit := range after {
				if before[name].Key != unit.Key {
					changed = append(changed, name)
				}
			}
			slices.Sort(changed)
			if strings.Join(changed, " ") != tc.want {
				t.Errorf("expected %q, got %q", tc.want, strings.Join(changed, " "))
			}
		})
	}
}

// What refers to a package that was not there refers to it as soon as it is.
func TestANewPackageReachesThoseWhoWaitForIt(t *testing.T) {
	user := "package user\nr := data.lib.p"
	before, after := set(t, "package other\np := 1", user), set(t, "package other\np := 1", user, "package lib\np := 1")
	if before["user"].Key == after["user"].Key || before["other"].Key != after["other"].Key {
		t.Error("expected a new key for the user alone")
	}
}
