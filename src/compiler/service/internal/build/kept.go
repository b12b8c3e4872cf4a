package build

import (
	"sync"

	"defenseclaw-gateway/rego-compiler/internal/emit"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// unitCode is the code of one unit: each rule with what belongs to it, by its name. It is shared: never mutate it.
type unitCode map[string][]*emit.Function

// Kept is what builds left behind for the next ones: the code of all units of the last two sets.
type Kept struct {
	units   twoSets[source.Digest, unitCode]
	mu      sync.Mutex
	entries emit.Kept
	parts   emit.KeptParts
}

func NewKept() *Kept { return &Kept{} }

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
	k.units.replace(units)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entries, k.parts = entries, parts
}
