package build

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// folder is a set of modules under edit.
type folder struct {
	random *rand.Rand
	files  map[string][]string
}

var packages = []string{"a", "a.b", "a.b.c", "lib.x", "lib.y", "lib", "top", `odd["na me"]`, "z"}

// other is mostly a package behind the own one: references in a circle do not compile.
func (f *folder) other(own string) string {
	at := slices.Index(packages, own) + 1
	if at == len(packages) || f.random.IntN(12) == 0 {
		at = 0
	}
	return packages[at+f.random.IntN(len(packages)-at)]
}

func (f *folder) name() string { return string(rune('p' + f.random.IntN(4))) }

// rule is one of all kinds that can make one package depend on another.
func (f *folder) rule(in string) string {
	own, other, n := f.name(), f.other(in), f.random.IntN(5)
	switch f.random.IntN(26) {
	case 0:
		return fmt.Sprintf("%s contains %d", own, n)
	case 1:
		return fmt.Sprintf("%s contains data.%s.%s", own, other, f.name())
	case 2:
		return fmt.Sprintf("fn%d(x) := x + %d", n, f.random.IntN(9))
	case 3:
		return fmt.Sprintf("%s contains data.%s.fn%d(input.n)", own, other, n)
	case 4:
		return fmt.Sprintf("%s contains y if { y := data.%s.fn%d(%d) } # called", own, other, n, n)
	case 5:
		return fmt.Sprintf("%s contains data.%s[input.k]", own, other)
	case 6:
		return fmt.Sprintf("%s contains data.lib[input.k].%s", own, f.name())
	case 7:
		return fmt.Sprintf("%s contains y if { y := data.%s.%s with data.%s.%s as %d }", own, other, f.name(), f.other(in), f.name(), n)
	case 8:
		return fmt.Sprintf("%s contains y if { y := data.%s.fn%d(1) with data.%s.fn%d as 7 }", own, other, n, other, n)
	case 9:
		return fmt.Sprintf("ref.%s.%s := %d", own, f.name(), n)
	case 10:
		return fmt.Sprintf("b.%s contains %d", own, n)
	case 11:
		return fmt.Sprintf("many[x] := %d if some x in input.l", n)
	case 12:
		return fmt.Sprintf("%s contains data.%s", own, other)
	case 13:
		return fmt.Sprintf("one := %d if input.n == %d", n, n)
	case 14:
		return fmt.Sprintf("# METADATA\n# title: t%d\n%s contains rego.metadata.rule().title", n, own)
	case 15:
		return fmt.Sprintf("%s contains count(input.l) if input.n > %d", own, n)
	case 16:
		return fmt.Sprintf("%s contains sprintf(\"%%d\", [%d])", own, n)
	case 17:
		return fmt.Sprintf("%s contains y if { y := data.%s.%s with input.n as %d }", own, other, f.name(), n)
	case 20:
		test := f.random.IntN(1000)
		return fmt.Sprintf("test_%d[k] if { some k, v in {\"a\": 1, \"b\": %d}; v > 1 }\n\ntest_of_%d if data.%s.%s", test, n, test, other, f.name())
	case 21:
		return fmt.Sprintf("%s contains y if { y := data.settings.k%d; z := data.%s.%s }", own, n, other, f.name())
	case 22:
		return fmt.Sprintf("%s contains data.settings.k%d", own, n)
	case 23:
		return fmt.Sprintf("%s contains y if { y := data.%s.%s with data.settings.k%d as %d }", own, other, f.name(), n, n)
	case 24:
		return fmt.Sprintf("%s contains input.l[%d.5]", own, n)
	case 18:
		return fmt.Sprintf("%s contains y if { some y in data.%s.many }", own, other)
	case 19:
		return fmt.Sprintf("named[data.%s.%s].%s := %d", other, f.name(), f.name(), n)
	default:
		return fmt.Sprintf("fn%d(x) := data.%s.fn%d(x)", n, other, f.random.IntN(5))
	}
}

// edit changes one thing. Sets that do not compile come about, too.
func (f *folder) edit() {
	file := fmt.Sprintf("m%d.rego", f.random.IntN(14))
	lines, ok := f.files[file]
	switch kind := f.random.IntN(11); {
	case !ok:
		name := packages[f.random.IntN(len(packages))]
		f.files[file] = []string{"package " + name, f.rule(name), f.rule(name)}
	case kind == 0:
		delete(f.files, file)
	case kind == 1:
		f.files[file] = append([]string{"# about " + strconv.Itoa(f.random.IntN(99))}, lines...)
	case kind == 10:
		at := f.random.IntN(len(lines))
		f.files[file] = slices.Clone(lines)
		f.files[file][at] += " # remark " + strconv.Itoa(f.random.IntN(99))
	case kind < 4 && len(lines) > 2:
		at := 1 + f.random.IntN(len(lines)-1)
		if !strings.HasPrefix(lines[at], "package") {
			f.files[file] = slices.Delete(slices.Clone(lines), at, at+1)
		}
	default:
		at := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "package ") })
		name, _, _ := strings.Cut(strings.TrimPrefix(lines[at], "package "), " #")
		f.files[file] = append(slices.Clone(lines), f.rule(name))
	}
}

func (f *folder) params() protocol.BuildParams {
	params := protocol.BuildParams{Hosted: []string{"sprintf"}, PrintStatements: true, Lint: true}
	for path, lines := range f.files {
		params.Modules = append(params.Modules, protocol.Module{Path: path, Text: strings.Join(lines, "\n") + "\n"})
	}
	return params
}

func (f *folder) text() string {
	var all strings.Builder
	for path, lines := range f.files {
		fmt.Fprintf(&all, "--- %s\n%s\n", path, strings.Join(lines, "\n"))
	}
	return all.String()
}

// Longer by INCREMENTAL_EDITS, elsewhere by INCREMENTAL_SEED.
func setting(name string, otherwise uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	return otherwise
}

// samePlace leaves the words out: which way around a circle is named differs from run to run.
func samePlace(a, b protocol.Diagnostic) bool {
	return a.Code == b.Code && a.File == b.File && a.Row == b.Row && a.Col == b.Col
}

// What is kept must not show, nor what was compiled beside what: after each edit the module is, byte for byte, the one that a first build makes
// in one go.
func TestBuildsAfterEditsAreThoseFromScratch(t *testing.T) {
	seed := setting("INCREMENTAL_SEED", 1)
	defer func(usual int) { minShare = usual }(minShare)
	whole, shared := minShare, 2
	built, kept, rejected := 0, 0, 0
	for round := range setting("INCREMENTAL_EDITS", 300) / 30 {
		f := &folder{random: rand.New(rand.NewPCG(seed, round)), files: map[string][]string{}}
		incremental := NewBuilder(source.NewCache())
		for i, name := range packages {
			f.files[fmt.Sprintf("base%d.rego", i)] = []string{"package " + name, "fn0(x) := x", "fn1(x) := x + 1", "fn2(1) := 2", "fn3(x) := fn1(x)", "fn4(_) := 4"}
		}
		for range 6 {
			f.edit()
		}
		for step := range 30 {
			before := f.files
			f.files = map[string][]string{}
			for path, lines := range before {
				f.files[path] = lines
			}
			f.edit()
			params := f.params()
			// Builds with tests come between the others, as in a gateway that tests what it is to serve.
			params.Tests = step%4 == 3
			minShare = shared
			got, err := incremental.Run(context.Background(), params)
			if err != nil {
				t.Fatal(err)
			}
			minShare = whole
			want, err := NewBuilder(source.NewCache()).Run(context.Background(), params)
			if err != nil {
				t.Fatal(err)
			}
			if got.OK != want.OK || !bytes.Equal(got.Wasm, want.Wasm) || !slices.Equal(got.Builtins, want.Builtins) || !slices.Equal(got.Tests, want.Tests) {
				t.Fatalf("round %d: %t, %d bytes, %v after edits; %t, %d bytes, %v from scratch\n%s", round,
					got.OK, len(got.Wasm), got.Diagnostics, want.OK, len(want.Wasm), want.Diagnostics, f.text())
			}
			if !slices.EqualFunc(got.Diagnostics, want.Diagnostics, samePlace) {
				t.Fatalf("round %d: after edits %v\nfrom scratch %v\n%s", round, got.Diagnostics, want.Diagnostics, f.text())
			}
			if !slices.Equal(got.Warnings, want.Warnings) || !reflect.DeepEqual(got.References, want.References) {
				t.Fatalf("round %d: after edits %v %v\nfrom scratch %v %v\n%s", round,
					got.Warnings, got.References, want.Warnings, want.References, f.text())
			}
			if !want.OK {
				rejected++
				f.files = before
				continue
			}
			if params.Tests {
				continue
			}
			built++
			if got.Stats.Compiled < got.Stats.Modules {
				kept++
			}
		}
	}
	t.Logf("%d built, %d of them in part, %d rejected", built, kept, rejected)
	if kept*3 < built {
		t.Errorf("of %d builds only %d kept something", built, kept)
	}
}
