// Package registry pulls bundles out of OCI registries, with the library that OPA's own downloader is made with. That one keeps what it
// pulls in a folder, of whatever size, and reads the bundle itself; here it stays in memory within bounds, and is read as every other bundle.
package registry

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

const (
	// maxManifestBytes is what the distribution specification asks registries to take.
	maxManifestBytes = 4 << 20
	// maxManifests bounds what an index of images, and those in it, have fetched.
	maxManifests = 32
	userAgent    = "defenseclaw-gateway"
)

// Pull answers a `pull` request: the bundle as it is in the registry at this moment, or why it cannot be had.
func Pull(ctx context.Context, params protocol.PullParams) (*protocol.PullResult, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(params.TimeoutMs)*time.Millisecond)
	defer cancel()
	answer, err := pull(ctx, params)
	if err == nil {
		return answer, nil
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %d s", params.TimeoutMs/1000)
	}
	return &protocol.PullResult{Unavailable: err.Error()}, nil
}

func pull(ctx context.Context, params protocol.PullParams) (*protocol.PullResult, error) {
	repo, err := repository(params)
	if err != nil {
		return nil, err
	}
	top, err := repo.Resolve(ctx, repo.Reference.Reference)
	if err != nil {
		return nil, err
	}
	if digest := top.Digest.String(); digest == params.Digest {
		return &protocol.PullResult{Digest: digest, Unchanged: true}, nil
	}
	search := search{repo: repo, left: maxManifests}
	layer, err := search.bundleLayer(ctx, top)
	if err != nil {
		return nil, err
	}
	if layer.Size > params.MaxBytes {
		return nil, fmt.Errorf("its layer has more than %d bytes", params.MaxBytes)
	}
	// Size and digest are those of the manifest, or nothing is given.
	archive, err := content.FetchAll(ctx, repo.Blobs(), *layer)
	if err != nil {
		return nil, err
	}
	return &protocol.PullResult{Digest: top.Digest.String(), Archive: archive}, nil
}

// repository is the one of the reference, at the address of the service, as OPA has it.
func repository(params protocol.PullParams) (*remote.Repository, error) {
	address, err := url.Parse(params.URL)
	if err != nil {
		return nil, err
	}
	reference, err := registry.ParseReference(params.Reference)
	if err != nil {
		return nil, err
	}
	reference.Registry = address.Host
	// A client for each look: what it knows of a registry's tokens is not worth what an outdated one costs.
	client := &auth.Client{
		Client:     &http.Client{Transport: transportFor(params)},
		Header:     http.Header{"User-Agent": {userAgent}},
		Credential: auth.StaticCredential(reference.Host(), credential(params)),
		Cache:      auth.NewCache(),
	}
	return &remote.Repository{
		Client: client, Reference: reference, PlainHTTP: address.Scheme == "http", MaxMetadataBytes: maxManifestBytes,
	}, nil
}

// credential reads a token as OPA does: `Basic` is followed by name and password, and what is no such pair is sent in base64.
func credential(params protocol.PullParams) auth.Credential {
	if params.Token == "" {
		return auth.EmptyCredential
	}
	if name, password, isPair := strings.Cut(params.Token, ":"); isPair && params.Scheme == "Basic" {
		return auth.Credential{Username: name, Password: password}
	}
	return auth.Credential{AccessToken: base64.StdEncoding.EncodeToString([]byte(params.Token))}
}

// search looks for a bundle in an image, or in the images of an index.
type search struct {
	repo *remote.Repository
	left int
}

func (s *search) bundleLayer(ctx context.Context, top ocispec.Descriptor) (*ocispec.Descriptor, error) {
	waiting := []ocispec.Descriptor{top}
	for len(waiting) > 0 {
		next := waiting[0]
		waiting = waiting[1:]
		found, err := s.manifest(ctx, next)
		if err != nil {
			return nil, err
		}
		for _, layer := range found.Layers {
			if layer.MediaType == ocispec.MediaTypeImageLayerGzip {
				return &layer, nil
			}
		}
		for _, inner := range found.Manifests {
			if !isAttestation(inner) {
				waiting = append(waiting, inner)
			}
		}
	}
	return nil, fmt.Errorf("no layer of it is of the type %s", ocispec.MediaTypeImageLayerGzip)
}

// isAttestation tells what tools attach to images about how they were built.
func isAttestation(of ocispec.Descriptor) bool {
	return of.Platform != nil && of.Platform.OS == "unknown" && of.Platform.Architecture == "unknown"
}

// manifest is of an image, or of an index of them.
type manifest struct {
	Layers    []ocispec.Descriptor `json:"layers"`
	Manifests []ocispec.Descriptor `json:"manifests"`
}

func (s *search) manifest(ctx context.Context, of ocispec.Descriptor) (*manifest, error) {
	if s.left--; s.left < 0 {
		return nil, fmt.Errorf("it has more than %d manifests", maxManifests)
	}
	if of.Size > maxManifestBytes {
		return nil, fmt.Errorf("its manifest has more than %d bytes", maxManifestBytes)
	}
	text, err := content.FetchAll(ctx, s.repo.Manifests(), of)
	if err != nil {
		return nil, err
	}
	found := &manifest{}
	if err := json.Unmarshal(text, found); err != nil {
		return nil, fmt.Errorf("its manifest is no JSON: %w", err)
	}
	return found, nil
}
