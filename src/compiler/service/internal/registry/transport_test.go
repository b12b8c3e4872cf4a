package registry

import (
	"bytes"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

func TestCertificatesOfTheEnvironmentAreTrustedBesideThoseOfTheSystem(t *testing.T) {
	s := newStore(t)
	s.image(archive)
	secure := httptest.NewTLSServer(s.Config.Handler)
	t.Cleanup(secure.Close)
	at := func(p *protocol.PullParams) { p.URL = secure.URL }
	if answer := s.pull(t, at); !strings.Contains(answer.Unavailable, "certificate") {
		t.Fatalf("expected a stranger's certificate to be refused, got %+v", answer)
	}
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}))
	trusting := func(p *protocol.PullParams) { at(p); p.CA = ca }
	if answer := s.pull(t, trusting); !bytes.Equal(answer.Archive, archive) {
		t.Errorf("%+v", answer)
	}
	if answer := s.pull(t, at); !strings.Contains(answer.Unavailable, "certificate") {
		t.Errorf("expected what is trusted for one way to be no more for another, got %+v", answer)
	}
}

func TestAProxyOfTheEnvironmentIsTaken(t *testing.T) {
	s := newStore(t)
	s.image(archive)
	asked := map[string]int{}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Host]++
		s.serve(w, r)
	}))
	t.Cleanup(proxy.Close)
	through := func(p *protocol.PullParams) { p.URL, p.Proxies.HTTP = "http://registry.test", proxy.URL }
	if answer := s.pull(t, through); !bytes.Equal(answer.Archive, archive) || asked["registry.test"] == 0 {
		t.Errorf("%+v, asked %v", answer, asked)
	}
	clear(asked)
	answer := s.pull(t, func(p *protocol.PullParams) { through(p); p.Proxies.None = "registry.test"; p.TimeoutMs = 5_000 })
	if answer.Archive != nil || len(asked) != 0 {
		t.Errorf("%+v, asked %v", answer, asked)
	}
}
