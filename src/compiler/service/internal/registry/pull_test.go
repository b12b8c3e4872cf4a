package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

const (
	imageType = "application/vnd.oci.image.manifest.v1+json"
	indexType = "application/vnd.oci.image.index.v1+json"
	layerType = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// store is a registry of one repository.
type store struct {
	*httptest.Server
	// Manifests and blobs by digest, and the type of each manifest.
	content map[string][]byte
	types   map[string]string
	tag     string
	// Authorization of each request that was answered with more than a challenge.
	seen []string
	// Takes requests with these alone; any when empty.
	takes string
	// Where blobs are.
	blobs string
}

func newStore(t *testing.T) *store {
	t.Helper()
	s := &store{content: map[string][]byte{}, types: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *store) serve(w http.ResponseWriter, r *http.Request) {
	given := r.Header.Get("Authorization")
	if s.takes != "" && given != s.takes {
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+s.URL+`/token",service="test"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.seen = append(s.seen, r.Method+" "+given)
	name := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	if s.blobs != "" && strings.Contains(r.URL.Path, "/blobs/") {
		http.Redirect(w, r, s.blobs+"/"+name, http.StatusTemporaryRedirect)
		return
	}
	if name == "latest" {
		name = s.tag
	}
	body, found := s.content[name]
	if !found {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if kind := s.types[name]; kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	w.Header().Set("Docker-Content-Digest", name)
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body)
}

func (s *store) put(body []byte, kind string) map[string]any {
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(body))
	s.content[digest] = body
	s.types[digest] = kind
	return map[string]any{"mediaType": kind, "digest": digest, "size": len(body)}
}

func (s *store) putJSON(value map[string]any, kind string) map[string]any {
	value["schemaVersion"] = 2
	value["mediaType"] = kind
	body, _ := json.Marshal(value)
	of := s.put(body, kind)
	s.tag = of["digest"].(string)
	return of
}

// image has the bundle behind another layer, as one that was built from a base.
func (s *store) image(archive []byte) map[string]any {
	other := s.put([]byte("{}"), "application/vnd.oci.image.config.v1+json")
	delete(s.types, other["digest"].(string))
	layer := s.put(archive, layerType)
	delete(s.types, layer["digest"].(string))
	return s.putJSON(map[string]any{"config": other, "layers": []any{other, layer}}, imageType)
}

func (s *store) pull(t *testing.T, change func(*protocol.PullParams)) *protocol.PullResult {
	t.Helper()
	params := protocol.PullParams{URL: s.URL, Reference: "example.com/team/policy:latest", MaxBytes: 1 << 10, TimeoutMs: 60_000}
	if change != nil {
		change(&params)
	}
	answer, err := Pull(context.Background(), params)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

var archive = []byte("an archive")

func TestTheLayerOfAnImageIsPulledOnce(t *testing.T) {
	s := newStore(t)
	s.image(archive)
	first := s.pull(t, nil)
	if !bytes.Equal(first.Archive, archive) || first.Digest != s.tag {
		t.Fatalf("%+v", first)
	}
	s.seen = nil
	again := s.pull(t, func(p *protocol.PullParams) { p.Digest = first.Digest })
	if !again.Unchanged || again.Archive != nil || len(s.seen) != 1 {
		t.Errorf("%+v after %v", again, s.seen)
	}
}

func TestAnIndexIsSearchedForTheBundle(t *testing.T) {
	s := newStore(t)
	attested := s.put([]byte("not json"), imageType)
	attested["platform"] = map[string]string{"os": "unknown", "architecture": "unknown"}
	empty := s.putJSON(map[string]any{"layers": []any{}}, imageType)
	inner := s.putJSON(map[string]any{"manifests": []any{s.image(archive)}}, indexType)
	s.putJSON(map[string]any{"manifests": []any{attested, empty, inner}}, indexType)
	if answer := s.pull(t, nil); !bytes.Equal(answer.Archive, archive) {
		t.Errorf("%+v", answer)
	}
}

func TestATokenIsSentAsOPASendsIt(t *testing.T) {
	s := newStore(t)
	s.image(archive)
	s.takes = "Bearer " + base64.StdEncoding.EncodeToString([]byte("a-token"))
	if answer := s.pull(t, func(p *protocol.PullParams) { p.Scheme, p.Token = "Bearer", "a-token" }); answer.Archive == nil {
		t.Errorf("%+v", answer)
	}
	refused := s.pull(t, func(p *protocol.PullParams) { p.Scheme, p.Token = "Bearer", "another" })
	if refused.Archive != nil || !strings.Contains(refused.Unavailable, "401") || strings.Contains(refused.Unavailable, "another") {
		t.Errorf("%+v", refused)
	}
}

func TestATokenStaysWithItsRegistry(t *testing.T) {
	elsewhere := newStore(t)
	s := newStore(t)
	s.image(archive)
	for digest, body := range s.content {
		elsewhere.content[digest] = body
	}
	s.blobs = strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)
	s.takes = "Bearer " + base64.StdEncoding.EncodeToString([]byte("a-token"))
	answer := s.pull(t, func(p *protocol.PullParams) { p.Token = "a-token" })
	if !bytes.Equal(answer.Archive, archive) || len(elsewhere.seen) != 1 || elsewhere.seen[0] != "GET " {
		t.Errorf("%+v, %v", answer, elsewhere.seen)
	}
}

func TestWhatCannotBeTrustedIsNotGiven(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*store)
		said  string
	}{
		"other bytes": {func(s *store) {
			for digest, body := range s.content {
				if bytes.Equal(body, archive) {
					s.content[digest] = []byte("AN ARCHIVE")
				}
			}
		}, "mismatch"},
		"too large":        {func(s *store) { s.image(make([]byte, 2<<10)) }, "more than 1024 bytes"},
		"no bundle":        {func(s *store) { s.putJSON(map[string]any{"layers": []any{}}, imageType) }, "no layer of it"},
		"a large manifest": {func(s *store) { s.put(make([]byte, 5<<20), imageType); s.tag = last(s) }, "manifest has more than"},
		"no tag":           {func(s *store) { s.tag = "" }, "not found"},
		"a ring": {func(s *store) {
			inner := s.putJSON(map[string]any{"layers": []any{}}, imageType)
			many := make([]any, 2*maxManifests)
			for i := range many {
				many[i] = inner
			}
			s.putJSON(map[string]any{"manifests": many}, indexType)
		}, "more than 32 manifests"},
	} {
		s := newStore(t)
		s.image(archive)
		c.spoil(s)
		if answer := s.pull(t, nil); answer.Archive != nil || !strings.Contains(answer.Unavailable, c.said) {
			t.Errorf("%s: %+v", name, answer)
		}
	}
}

func last(s *store) string {
	for digest, body := range s.content {
		if len(body) > 4<<20 {
			return digest
		}
	}
	return ""
}

func TestASilentRegistryIsGivenUp(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	answer, err := Pull(context.Background(), protocol.PullParams{URL: s.URL, Reference: "x/y:z", TimeoutMs: 50})
	if err != nil || !strings.Contains(answer.Unavailable, "no answer within") {
		t.Errorf("%+v %v", answer, err)
	}
}
