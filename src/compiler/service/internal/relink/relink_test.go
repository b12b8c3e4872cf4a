package relink

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"

	"defenseclaw-gateway/rego-compiler/internal/builtins"
)

func compiled(t *testing.T, text string) []byte {
	t.Helper()
	result, err := rego.New(rego.Query("data.a.p = x"), rego.Module("a.rego", "package a\n"+text)).Compile(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return result.Bytes
}

func callees(t *testing.T, wasm []byte, function string) []string {
	t.Helper()
	m, err := parse(wasm)
	if err != nil {
		t.Fatal(err)
	}
	o, err := outlineOf(m.bodies[m.index[function]-m.imported])
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range o.calls {
		name, ok := m.names[c.callee]
		if !ok {
			name = "added"
		}
		names = append(names, name)
	}
	return names
}

func TestCallsOfNativesGoThroughTheHost(t *testing.T) {
	plain := compiled(t, "p := 1 / input.x")
	changed, err := Module(plain)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(callees(t, plain, "g0.data.a.p"), "opa_arith_divide") {
		t.Error("the function calls no division to begin with")
	}
	if got := callees(t, changed, "g0.data.a.p"); slices.Contains(got, "opa_arith_divide") || !slices.Contains(got, "added") {
		t.Errorf("got %v", got)
	}
	if !bytes.Contains(changed, []byte("natives[\"div\"]")) {
		t.Error("the section of names is missing")
	}
}

func TestOnlyScansThatFillAnArrayAreOrdered(t *testing.T) {
	for text, want := range map[string]bool{
		"p := [x | some x in input.s]":             true,
		"p := [x | walk(input.s, x)]":              true,
		"p := {x | some x in input.s}":             false,
		"p contains [x, 1] if some x in input.s.t": true,
		"p if some x in input.s":                   false,
	} {
		changed, err := Module(compiled(t, text))
		if err != nil {
			t.Fatal(err)
		}
		m, err := parse(changed)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(m.exports.entries, []byte(compare)); got != want {
			t.Errorf("%s: ordered %v", text, got)
		}
	}
}

func TestBrokenModulesAreRefused(t *testing.T) {
	plain := compiled(t, "p := 1 / input.x")
	for _, broken := range [][]byte{nil, []byte("\x00asm"), plain[:len(plain)/2], plain[:20]} {
		if _, err := Module(broken); err == nil {
			t.Errorf("took %d bytes", len(broken))
		}
	}
}

// library is all of OPA's WebAssembly library, before a policy is compiled into it.
func library(t *testing.T) []byte {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/open-policy-agent/opa").Output()
	if err != nil {
		t.Fatal(err)
	}
	wasm, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "internal/compiler/wasm/opa/opa.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

func parsed(t *testing.T, wasm []byte) *module {
	t.Helper()
	m, err := parse(wasm)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A native that is neither here nor there would fail silently in strict mode.
func TestEveryNativeIsKnownToTheLibrary(t *testing.T) {
	m := parsed(t, library(t))
	wrapped := map[string]bool{}
	for _, n := range natives {
		if _, ok := m.index[n.symbol]; !ok {
			t.Errorf("%s: no function %s", n.name, n.symbol)
		}
		wrapped[n.name] = true
	}
	all, err := builtins.All()
	if err != nil {
		t.Fatal(err)
	}
	// These answer whatever they are given, or are spelled another way.
	always := strings.Fields(`all any assign eq equal gt gte internal.member_2 internal.member_3 internal.template_string is_array
		is_boolean is_null is_number is_object is_set is_string json.is_valid lt lte net.cidr_overlap neq re_match regex.is_valid
		type_name walk`)
	for _, b := range all {
		if b.WasmNative && !wrapped[b.Name] && !slices.Contains(always, b.Name) {
			t.Errorf("%s is new among the natives", b.Name)
		}
	}
}
