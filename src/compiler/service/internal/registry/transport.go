package registry

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/net/http/httpproxy"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// plain has the bounds of time that a context does not set: a registry that takes a connection and says nothing.
var plain = func() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = 30 * time.Second
	return t
}()

// recent is the transport of the last way out that was asked for: it keeps connections from look to look, and the way hardly ever changes.
var recent struct {
	sync.Mutex
	way       string
	transport *http.Transport
}

// transportFor goes the way out that the gateway's environment names; this process has none of its own.
func transportFor(params protocol.PullParams) *http.Transport {
	if params.CA == "" && params.Proxies == (protocol.Proxies{}) {
		return plain
	}
	way := fmt.Sprintf("%q", []string{params.CA, params.Proxies.HTTP, params.Proxies.HTTPS, params.Proxies.None})
	recent.Lock()
	defer recent.Unlock()
	if recent.way == way {
		return recent.transport
	}
	if recent.transport != nil {
		recent.transport.CloseIdleConnections()
	}
	recent.way, recent.transport = way, newTransport(params)
	return recent.transport
}

func newTransport(params protocol.PullParams) *http.Transport {
	t := plain.Clone()
	if params.CA != "" {
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		roots.AppendCertsFromPEM([]byte(params.CA))
		t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	proxies := httpproxy.Config{HTTPProxy: params.Proxies.HTTP, HTTPSProxy: params.Proxies.HTTPS, NoProxy: params.Proxies.None}
	proxyFor := proxies.ProxyFunc()
	t.Proxy = func(r *http.Request) (*url.URL, error) { return proxyFor(r.URL) }
	return t
}
