package builtins

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The table is generated; this fails when the pinned OPA carries other built-ins than it says.
func TestNativeTableMatchesTheMetadataOfThePinnedOPA(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/open-policy-agent/opa").Output()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "builtin_metadata.json"))
	if err != nil {
		t.Fatal(err)
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(text, &entries); err != nil {
		t.Fatal(err)
	}
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	natives := 0
	for _, b := range all {
		var entry struct {
			Wasm bool `json:"wasm"`
		}
		if raw, ok := entries[b.Name]; !ok || json.Unmarshal(raw, &entry) != nil {
			t.Errorf("%s is not in the metadata", b.Name)
		} else if entry.Wasm != b.WasmNative {
			t.Errorf("%s: native in OPA %v, here %v; run go generate ./...", b.Name, entry.Wasm, b.WasmNative)
		}
		if b.WasmNative {
			natives++
		}
	}
	if natives != len(native) {
		t.Errorf("the table names %d built-ins, OPA has %d of them", len(native), natives)
	}
}
