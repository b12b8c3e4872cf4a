package library

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"defenseclaw-gateway/rego-compiler/internal/builtins"
)

// made gives the policy that keeps all of OPA's library alive, and what is made of it.
func made(t *testing.T) (plain []byte, lib *Library) {
	t.Helper()
	plain, err := compileAll(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	lib, err = from(slices.Clone(plain))
	if err != nil {
		t.Fatal(err)
	}
	return plain, lib
}

func parsed(t *testing.T, code []byte) *module {
	t.Helper()
	m, err := parse(code)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheLibraryIsAModule(t *testing.T) {
	_, lib := made(t)
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer func() { _ = runtime.Close(ctx) }()
	module, err := runtime.CompileModule(ctx, lib.Code)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range lib.Functions {
		f, ok := module.ExportedFunctions()[name]
		if !ok || len(f.ParamTypes()) != s.Parameters || (len(f.ResultTypes()) > 0) != s.Result {
			t.Errorf("%s is not exported as described", name)
		}
	}
}

// Policies that are kept name their library: its bytes must not change from one start to the next.
func TestTheLibraryIsTheSameEveryTime(t *testing.T) {
	_, first := made(t)
	_, second := made(t)
	if first.ID != second.ID || !bytes.Equal(first.Code, second.Code) {
		t.Error("it is another one")
	}
}

func TestBrokenModulesAreRefused(t *testing.T) {
	plain, _ := made(t)
	for _, broken := range [][]byte{nil, []byte("\x00asm"), plain[:len(plain)/2], plain[:20]} {
		if _, err := from(broken); err == nil {
			t.Errorf("took %d bytes", len(broken))
		}
	}
}

// whole is all of OPA's library, before a policy is compiled into it.
func whole(t *testing.T) []byte {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/open-policy-agent/opa").Output()
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "internal/compiler/wasm/opa/opa.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// A native that is neither wrapped nor known to answer whatever it is given would fail silently in strict mode.
func TestEveryNativeIsKnownToTheLibrary(t *testing.T) {
	m := parsed(t, whole(t))
	for _, n := range natives {
		if _, ok := m.index[n.symbol]; !ok {
			t.Errorf("%s: no function %s", n.name, n.symbol)
		}
	}
	all, err := builtins.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range all {
		if _, known := Native(b.Name); b.WasmNative && !known && b.Name != "eq" && b.Name != "assign" {
			t.Errorf("%s is new among the natives", b.Name)
		}
	}
}

func TestNativesAskTheHost(t *testing.T) {
	_, lib := made(t)
	m := parsed(t, lib.Code)
	if !bytes.Contains(lib.Code, []byte(`"div"`)) || !m.exported("native.div") || lib.Functions["native.div"].Parameters != 2 {
		t.Error("no wrapper of the division")
	}
	if m.exported("eval") || m.exported("opa_eval") {
		t.Error("what belongs to a policy is exported")
	}
}
