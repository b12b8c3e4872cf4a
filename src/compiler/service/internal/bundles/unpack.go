package bundles

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"

	"defenseclaw-gateway/rego-compiler/internal/compact"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// Unpack answers an `unpack` request: all bundles as one set of modules over one document, or the first of them that is refused.
func Unpack(_ context.Context, params protocol.UnpackParams) (*protocol.UnpackResult, error) {
	version, err := source.Version(params.RegoVersion)
	if err != nil {
		return nil, err
	}
	answer := &protocol.UnpackResult{Modules: []protocol.Module{}, Revisions: map[string]string{}}
	data := map[string]any{}
	var claims []claim
	for _, packed := range params.Bundles {
		read, refused := readOne(packed, params, version)
		if refused == nil {
			claims, refused = claimRoots(claims, packed.Name, *read.Manifest.Roots)
		}
		if refused == nil {
			refused = merge(data, read.Data, packed.Name, "")
		}
		if refused != nil {
			return &protocol.UnpackResult{Refused: refused}, nil
		}
		answer.Revisions[packed.Name] = read.Manifest.Revision
		for _, module := range read.Modules {
			m := protocol.Module{Path: packed.Name + path.Clean("/"+module.RelativePath), Text: string(module.Raw)}
			if of, err := read.RegoVersionForFile(module.RelativePath, version); err == nil && of == ast.RegoV0 {
				m.RegoVersion = "v0"
			}
			answer.Modules = append(answer.Modules, m)
		}
	}
	answer.Data, err = compact.JSON(data)
	return answer, err
}

func readOne(packed protocol.PackedBundle, params protocol.UnpackParams, version ast.RegoVersion) (*bundle.Bundle, *protocol.Refusal) {
	refuse := func(kind string, err error) (*bundle.Bundle, *protocol.Refusal) {
		return nil, &protocol.Refusal{Bundle: packed.Name, Kind: kind, Message: err.Error()}
	}
	if err := withinBounds(packed.Archive, params.MaxBytes); err != nil {
		return refuse("invalid", err)
	}
	reader := func() *bundle.Reader {
		return bundle.NewReader(bytes.NewReader(packed.Archive)).
			WithRegoVersion(version).
			WithSizeLimitBytes(params.MaxFileBytes).
			WithBundleName(packed.Name)
	}
	read, err := reader().WithBundleVerificationConfig(verification(packed, params.Keys)).Read()
	if err != nil {
		// What can be read when nobody asks for its signature was refused for that.
		if _, unverified := reader().WithSkipBundleVerification(true).Read(); unverified == nil {
			return refuse("signature", err)
		}
		return refuse("invalid", err)
	}
	switch {
	case read.Type() != bundle.SnapshotBundleType:
		return refuse("invalid", errors.New("this is a delta of a bundle: whole bundles are taken alone"))
	case len(read.WasmModules)+len(read.PlanModules) > 0:
		return refuse("invalid", errors.New("it holds compiled policies: whole ones in Rego are taken alone (`opa build -t rego`)"))
	}
	return &read, nil
}

// withinBounds looks at what the archive inflates to before anything of it is kept.
func withinBounds(archive []byte, limit int64) error {
	inflated, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return fmt.Errorf("archive read failed: %w", err)
	}
	n, err := io.Copy(io.Discard, io.LimitReader(inflated, limit+1))
	if err != nil {
		return fmt.Errorf("archive read failed: %w", err)
	}
	if n > limit {
		return fmt.Errorf("the archive inflates to more than %d bytes", limit)
	}
	return nil
}

func verification(packed protocol.PackedBundle, configured map[string]protocol.VerificationKey) *bundle.VerificationConfig {
	if packed.Verify == nil {
		return nil
	}
	keys := make(map[string]*bundle.KeyConfig, len(configured))
	for id, key := range configured {
		keys[id] = &bundle.KeyConfig{Key: key.Key, Algorithm: cmp.Or(key.Algorithm, "RS256"), Scope: key.Scope}
	}
	return bundle.NewVerificationConfig(keys, packed.Verify.KeyID, packed.Verify.Scope, packed.Verify.Exclude)
}

type claim struct {
	bundle, root string
}

// claimRoots holds each path for one bundle.
func claimRoots(claims []claim, name string, roots []string) ([]claim, *protocol.Refusal) {
	for _, root := range roots {
		for _, other := range claims {
			if other.bundle != name && bundle.RootPathsOverlap(other.root, root) {
				message := fmt.Sprintf("its root %q overlaps the root %q of the bundle %s", root, other.root, other.bundle)
				return nil, &protocol.Refusal{Bundle: name, Kind: "invalid", Message: message}
			}
		}
		claims = append(claims, claim{name, root})
	}
	return claims, nil
}

func merge(into, from map[string]any, name, at string) *protocol.Refusal {
	for key, value := range from {
		had, twice := into[key]
		if !twice {
			into[key] = value
			continue
		}
		inner, isObject := had.(map[string]any)
		more, areObjects := value.(map[string]any)
		if !isObject || !areObjects {
			return &protocol.Refusal{Bundle: name, Kind: "invalid", Message: fmt.Sprintf("another bundle has data at %s/%s too", at, key)}
		}
		if refused := merge(inner, more, name, at+"/"+key); refused != nil {
			return refused
		}
	}
	return nil
}
