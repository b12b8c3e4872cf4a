package build

import (
	"fmt"
	"reflect"
	"testing"
	"unsafe"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

func TestAnEditIsReadForWhatItDefinesAlone(t *testing.T) {
	cache := source.NewCache()
	kept := &surfaces{}
	var modules []protocol.Module
	for i := range 20 {
		modules = append(modules, mod(fmt.Sprintf("m%02d.rego", i), fmt.Sprintf("package a.m%02d\nlimit := 1\n_own := 2", i)))
	}
	of := func() surface {
		set, ok := cache.Parse(modules, "", diagnostics.NewList(modules))
		if !ok {
			t.Fatal("not parsed")
		}
		got := kept.of(set)
		if want := surfaceOf(set); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		return got
	}
	before := of()
	first := kept.last
	for _, tc := range []struct {
		text string
		same bool
	}{
		{"package a.m07\n\nlimit := 3\n_own := 4", true},
		{"package a.m07\n\nlimit := 3\n_other := 4\nf(x) := x", true},
		{"package a.m07\n\nmore := 3", false},
		{"package b", false},
	} {
		modules[7].Text = tc.text
		after := of()
		for i, d := range kept.last {
			if (d == first[i]) != (i != 7) {
				t.Fatalf("%q: read anew or not: module %d", tc.text, i)
			}
		}
		if same := unsafe.SliceData(after.entrypoints) == unsafe.SliceData(before.entrypoints); same != tc.same {
			t.Fatalf("%q: put together anew or not", tc.text)
		}
	}
	modules = modules[:10]
	of()
}

func TestNoModulesDefineListsThatAreEmpty(t *testing.T) {
	kept := &surfaces{}
	for range 2 {
		got := kept.of(&source.Set{})
		if got.packages == nil || got.entrypoints == nil || got.rules == nil {
			t.Fatalf("an answer leaves out what is nil, got %#v", got)
		}
	}
}
