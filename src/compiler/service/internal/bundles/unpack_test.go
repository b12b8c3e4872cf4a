package bundles

import (
	"bytes"
	"compress/gzip"
	"context"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

func unpack(t *testing.T, keys map[string]protocol.VerificationKey, packed ...protocol.PackedBundle) *protocol.UnpackResult {
	t.Helper()
	answer, err := Unpack(context.Background(), protocol.UnpackParams{Bundles: packed, Keys: keys, MaxBytes: 1 << 20, MaxFileBytes: 1 << 18})
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func rooted(t *testing.T, root string, data map[string]any) []byte {
	t.Helper()
	var archive bytes.Buffer
	if err := bundle.Write(&archive, bundle.Bundle{Data: data, Manifest: bundle.Manifest{Roots: &[]string{root}}}); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

func TestWhatWasPackedIsUnpacked(t *testing.T) {
	answer := unpack(t, nil, protocol.PackedBundle{Name: "main", Archive: pack(t, policy)})
	if answer.Refused != nil || answer.Data != policy.Data || answer.Revisions["main"] != "7" {
		t.Fatalf("%+v", answer)
	}
	for i, m := range answer.Modules {
		if want := policy.Modules[i]; m.Path != "main/"+want.Path || m.Text != want.Text || m.RegoVersion != want.RegoVersion {
			t.Errorf("%+v", m)
		}
	}
}

func TestOnlyTheRightSignatureIsTaken(t *testing.T) {
	file, public := keyPair(t)
	_, stranger := keyPair(t)
	params := policy
	params.Signing = &protocol.Signing{KeyFile: file, Algorithm: "ES256"}
	signed, unsigned := pack(t, params), pack(t, policy)
	keys := map[string]protocol.VerificationKey{
		"default": {Key: public, Algorithm: "ES256"}, "stranger": {Key: stranger, Algorithm: "ES256"}, "scoped": {Key: public, Algorithm: "ES256", Scope: "write"},
	}
	for name, c := range map[string]struct {
		archive []byte
		verify  *protocol.Verification
		kind    string
	}{
		"right":     {signed, &protocol.Verification{}, ""},
		"stripped":  {unsigned, &protocol.Verification{}, "signature"},
		"other key": {signed, &protocol.Verification{KeyID: "stranger"}, "signature"},
		"no key":    {signed, &protocol.Verification{KeyID: "none"}, "signature"},
		"scope":     {signed, &protocol.Verification{KeyID: "scoped"}, "signature"},
		"unasked":   {signed, nil, "signature"},
		"no bundle": {[]byte("no bundle"), nil, "invalid"},
		"cut off":   {signed[:len(signed)/2], &protocol.Verification{}, "invalid"},
	} {
		kind := ""
		if refused := unpack(t, keys, protocol.PackedBundle{Name: "b", Archive: c.archive, Verify: c.verify}).Refused; refused != nil {
			kind = refused.Kind
		}
		if kind != c.kind {
			t.Errorf("%s: refused as %q, not as %q", name, kind, c.kind)
		}
	}
}

func TestBundlesHaveEachTheirOwnRoots(t *testing.T) {
	a := protocol.PackedBundle{Name: "a", Archive: rooted(t, "x/a", map[string]any{"x": map[string]any{"a": 1}})}
	b := protocol.PackedBundle{Name: "b", Archive: rooted(t, "x/b", map[string]any{"x": map[string]any{"b": 2}})}
	if answer := unpack(t, nil, a, b); answer.Data != `{"x":{"a":1,"b":2}}` {
		t.Errorf("%+v", answer)
	}
	b.Archive = rooted(t, "x", map[string]any{"x": map[string]any{"b": 2}})
	if refused := unpack(t, nil, a, b).Refused; refused == nil || !strings.Contains(refused.Message, "overlaps") {
		t.Errorf("%+v", refused)
	}
}

func TestABombIsNotUnpacked(t *testing.T) {
	var archive bytes.Buffer
	w := gzip.NewWriter(&archive)
	_, _ = w.Write(make([]byte, 1<<22))
	_ = w.Close()
	refused := unpack(t, nil, protocol.PackedBundle{Name: "a", Archive: archive.Bytes()}).Refused
	if refused == nil || !strings.Contains(refused.Message, "inflates to more than") {
		t.Errorf("%+v", refused)
	}
}
