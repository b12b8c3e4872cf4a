package build

import (
	"slices"
	"sync"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// defined is what one module defines.
type defined struct {
	// pkg is the path of its package where that can be asked for, else nil.
	pkg         []string
	packageName string
	// claims are names that can be asked for, in the order of their claims.
	claims []protocol.Entrypoint
	rules  []protocol.Rule
	// asked says that it has rules.
	asked bool
}

func (d *defined) claimsAs(other *defined) bool {
	return d == other || d.packageName == other.packageName && d.asked == other.asked && slices.Equal(d.claims, other.claims)
}

// surfaces remembers what the modules of the last set defined: an edit leaves most of them, and mostly all that can be asked for, as they were.
type surfaces struct {
	mu       sync.Mutex
	byModule map[*source.Parsed]*defined
	last     []*defined
	whole    surface
}

func (k *surfaces) of(set *source.Set) surface {
	k.mu.Lock()
	defer k.mu.Unlock()
	byModule := make(map[*source.Parsed]*defined, len(set.Modules))
	all := make([]*defined, len(set.Modules))
	same := k.last != nil && len(all) == len(k.last)
	for i, m := range set.Modules {
		d, ok := k.byModule[m]
		if !ok {
			d = definedIn(m)
		}
		byModule[m], all[i] = d, d
		same = same && d.claimsAs(k.last[i])
	}
	if !same {
		k.whole = joined(all)
	}
	k.byModule, k.last = byModule, all
	s := k.whole
	s.rules = rulesOf(all)
	return s
}

func rulesOf(all []*defined) []protocol.Rule {
	rules := []protocol.Rule{}
	for _, d := range all {
		rules = append(rules, d.rules...)
	}
	return rules
}
