package bundles

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

var policy = protocol.PackParams{
	Modules: []protocol.Module{
		{Path: "a/new.rego", Text: "package a\n\np if input.x\n"},
		{Path: "a/old.rego", Text: "package a\n\nq { input.x }\n", RegoVersion: "v0"},
	},
	Data:     `{"n":9007199254740993.10}`,
	Revision: "7",
}

func pack(t *testing.T, params protocol.PackParams) []byte {
	t.Helper()
	packed, err := Pack(context.Background(), params)
	if err != nil || packed.KeyError != "" {
		t.Fatal(err, packed)
	}
	return packed.Archive
}

// keyPair gives the file of a private key, and the public one.
func keyPair(t *testing.T) (string, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, _ := x509.MarshalPKCS8PrivateKey(key)
	public, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
}

// load reads as `opa run -b` does.
func load(archive []byte, public string) (bundle.Bundle, error) {
	reader := bundle.NewReader(bytes.NewReader(archive))
	if public != "" {
		keys := map[string]*bundle.KeyConfig{"default": {Key: public, Algorithm: "ES256"}}
		reader = reader.WithBundleVerificationConfig(bundle.NewVerificationConfig(keys, "", "", nil))
	}
	return reader.Read()
}

func TestABundleIsReadAsItWasMade(t *testing.T) {
	archive := pack(t, policy)
	read, err := load(archive, "")
	if err != nil {
		t.Fatal(err)
	}
	if read.Manifest.Revision != "7" || len(read.Modules) != 2 || string(read.Modules[1].Raw) != policy.Modules[1].Text {
		t.Errorf("another bundle was read: %v", read.Manifest)
	}
	if n, ok := read.Data["n"].(interface{ String() string }); !ok || n.String() != "9007199254740993.10" {
		t.Errorf("the number became %v", read.Data["n"])
	}
	if !bytes.Equal(archive, pack(t, policy)) {
		t.Error("the same policy made other bytes")
	}
}

func TestASignatureHoldsForItsKeyAlone(t *testing.T) {
	file, public := keyPair(t)
	_, stranger := keyPair(t)
	signed := policy
	signed.Signing = &protocol.Signing{KeyFile: file, Algorithm: "ES256"}
	archive := pack(t, signed)
	if _, err := load(archive, public); err != nil {
		t.Error(err)
	}
	if _, err := load(archive, stranger); err == nil {
		t.Error("another key verified it")
	}
	if _, err := load(pack(t, policy), public); err == nil {
		t.Error("a bundle without a signature was verified")
	}
}

func TestAKeyThatDoesNotFitIsNamed(t *testing.T) {
	file, _ := keyPair(t)
	for _, signing := range []protocol.Signing{{KeyFile: file}, {KeyFile: file, Algorithm: "none"}, {KeyFile: file + "x", Algorithm: "ES256"}} {
		params := policy
		params.Signing = &signing
		packed, err := Pack(context.Background(), params)
		if err != nil || packed.KeyError == "" || packed.Archive != nil || strings.Contains(packed.KeyError, "BEGIN") {
			t.Errorf("%v: %v %v", signing, packed, err)
		}
	}
}
