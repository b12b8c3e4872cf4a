// Package bundles writes and reads OPA's bundles with OPA's own writer, reader, signer and verifier.
package bundles

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/keys"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// Pack answers a `pack` request: the same request makes the same bytes, unless the algorithm signs with a random number.
func Pack(_ context.Context, params protocol.PackParams) (*protocol.PackResult, error) {
	data, err := source.Document(params.Data)
	if err != nil {
		return nil, err
	}
	packed := bundle.Bundle{Data: data, Manifest: manifestOf(params)}
	for _, m := range params.Modules {
		path := "/" + m.Path
		packed.Modules = append(packed.Modules, bundle.ModuleFile{URL: path, Path: path, RelativePath: path, Raw: []byte(m.Text)})
	}
	if signing := params.Signing; signing != nil {
		if err := sign(&packed, *signing); err != nil {
			return &protocol.PackResult{KeyError: err.Error()}, nil
		}
	}
	var archive bytes.Buffer
	if err := bundle.NewWriter(&archive).UseModulePath(true).DisableFormat(true).Write(packed); err != nil {
		return nil, err
	}
	return &protocol.PackResult{Archive: archive.Bytes()}, nil
}

// manifestOf says that everything belongs to the bundle, and which modules are Rego v0.
func manifestOf(params protocol.PackParams) bundle.Manifest {
	version := ast.RegoV1.Int()
	manifest := bundle.Manifest{Revision: params.Revision, Roots: &[]string{""}, RegoVersion: &version}
	for _, m := range params.Modules {
		if m.RegoVersion == "v0" {
			if manifest.FileRegoVersions == nil {
				manifest.FileRegoVersions = map[string]int{}
			}
			manifest.FileRegoVersions["/"+m.Path] = ast.RegoV0.Int()
		}
	}
	return manifest
}

func sign(packed *bundle.Bundle, signing protocol.Signing) (err error) {
	// What OPA's JWT library thinks of a key that does not fit the algorithm is sometimes a panic.
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("the key does not fit %s: %v", signing.Algorithm, thrown)
		}
	}()
	algorithm := cmp.Or(signing.Algorithm, "RS256")
	if !keys.IsSupportedAlgorithm(algorithm) {
		return errors.New("unknown signature algorithm " + algorithm)
	}
	return packed.GenerateSignature(bundle.NewSigningConfig(signing.KeyFile, algorithm, ""), cmp.Or(signing.KeyID, "default"), true)
}
