package build

import (
	"sync"

	"defenseclaw-gateway/rego-compiler/internal/emit"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// unitCode is the code of one unit: each rule with what belongs to it, by its name. It is shared: never mutate it.
type unitCode map[string][]*emit.Function

// Kept is what builds left behind for the next ones: the code of all units of the last two sets, so that going back to the one
// before costs no more than going on. What the names of units stand for does not change, so nothing in here can be out of date.
type Kept struct {
	mu      sync.Mutex
	last    map[source.Digest]unitCode
	before  map[source.Digest]unitCode
	entries emit.Kept
	parts   emit.KeptParts
}

func NewKept() *Kept { return &Kept{} }

// of gives what is kept under a name.
func (k *Kept) of(key source.Digest) (unitCode, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if code, ok := k.last[key]; ok {
		return code, true
	}
	code, ok := k.before[key]
	return code, ok
}

// oldEntries are the entries of the last set.
func (k *Kept) oldEntries() emit.Kept {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entries
}

// oldParts are the parts of the last set.
func (k *Kept) oldParts() emit.KeptParts {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.parts
}

// replace keeps a whole set.
func (k *Kept) replace(units map[source.Digest]unitCode, entries emit.Kept, parts emit.KeptParts) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.before, k.last, k.entries, k.parts = k.last, units, entries, parts
}
