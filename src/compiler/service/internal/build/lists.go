package build

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// listed are the lists of one set, which its modules decide alone.
type listed struct {
	id          string
	entrypoints []protocol.Entrypoint
	packages    []string
	modules     map[string]source.Digest
}

// lists remembers those of the last two sets: an edit leaves most of them as they are, and they are longer than all else that is answered.
type lists struct {
	mu     sync.Mutex
	last   *listed
	before *listed
}

func (l *lists) of(id string) *listed {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, known := range []*listed{l.last, l.before} {
		if known != nil && known.id == id {
			return known
		}
	}
	return nil
}

func (l *lists) keep(now *listed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil || l.last.id != now.id {
		l.before, l.last = l.last, now
	}
}

// shorten names the lists of an answer, and leaves out of it what the caller has.
func (l *lists) shorten(set *source.Set, had string, answer *protocol.BuildResult) {
	now := listedOf(set, answer)
	answer.Lists = now.id
	base := l.of(had)
	l.keep(now)
	if base == nil {
		return
	}
	answer.Shortened = true
	if slices.Equal(now.entrypoints, base.entrypoints) {
		answer.Entrypoints = nil
	}
	if slices.Equal(now.packages, base.packages) {
		answer.Packages = nil
	}
	withRules := map[string]struct{}{}
	changed := []protocol.Rule{}
	for _, rule := range answer.Rules {
		if base.modules[rule.File] != now.modules[rule.File] {
			changed = append(changed, rule)
			withRules[rule.File] = struct{}{}
		}
	}
	answer.Rules = changed
	for path := range base.modules {
		if _, ok := withRules[path]; !ok && base.modules[path] != now.modules[path] {
			answer.Gone = append(answer.Gone, path)
		}
	}
	slices.Sort(answer.Gone)
}

func listedOf(set *source.Set, answer *protocol.BuildResult) *listed {
	now := &listed{entrypoints: answer.Entrypoints, packages: answer.Packages, modules: make(map[string]source.Digest, len(set.Modules))}
	h := sha256.New()
	for _, m := range set.Modules {
		h.Write(m.ID[:])
		now.modules[m.Path] = m.ID
	}
	now.id = hex.EncodeToString(h.Sum(nil))
	return now
}
