// Package units divides a set of modules into what is compiled together, and names each part by all that its code depends on.
// Code of one name is the same code, so that whoever keeps it by that name need not compile it again.
package units

import (
	"crypto/sha256"
	"slices"
	"strings"

	"defenseclaw-gateway/rego-compiler/internal/source"
)

// Unit is one package, or a few whose rules stand in one another's place.
type Unit struct {
	Modules []*source.Parsed
	// Key names the code: it is equal for equal code, under one compiler and its settings.
	Key source.Digest
	// Text names, to the letter, all that evaluating it can reach but data: the same text gives the same values.
	Text source.Digest
	// Packages are the names of the packages, in order.
	Packages []string
	// uses are the units that this one refers to.
	uses []int
	// above are modules of other units whose METADATA is of this one, too.
	above []*source.Parsed
}

// Units of a set.
type Units struct {
	All  []*Unit
	tree *tree
}

// Of divides a set. The seed stands for everything else that the code depends on.
func Of(set *source.Set, seed string) *Units {
	u := &Units{tree: newTree()}
	u.group(set)
	for _, unit := range u.All {
		u.link(unit)
	}
	u.inherit(set)
	u.name(seed)
	return u
}

// Owner is the unit that the rules of this path stand in.
func (u *Units) Owner(path []string) (unit int, ok bool) { return u.tree.owner(path) }

// Closure adds to some units all those that they refer to, whatever the number of steps.
func (u *Units) Closure(some []int) []int {
	seen := make([]bool, len(u.All))
	var all []int
	for queue := slices.Clone(some); len(queue) > 0; {
		at := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if seen[at] {
			continue
		}
		seen[at] = true
		all = append(all, at)
		queue = append(queue, u.All[at].uses...)
	}
	slices.Sort(all)
	return all
}

// Subset are the modules of some units, as a set of their own.
func (u *Units) Subset(of *source.Set, some []int) *source.Set {
	set := *of
	set.Modules = nil
	for _, at := range some {
		set.Modules = append(set.Modules, u.All[at].Modules...)
	}
	slices.SortFunc(set.Modules, func(x, y *source.Parsed) int { return strings.Compare(x.Path, y.Path) })
	return &set
}

// group puts modules of one package together, and packages where a rule of the one stands where the other is, or above it.
func (u *Units) group(set *source.Set) {
	byPackage := map[string]int{}
	var packages []*Unit
	all := newTree()
	for _, m := range set.Modules {
		name := m.PackageName
		at, ok := byPackage[name]
		if !ok {
			at = len(packages)
			byPackage[name] = at
			packages = append(packages, &Unit{Packages: []string{name}})
			all.insert(m.Package, at)
		}
		packages[at].Modules = append(packages[at].Modules, m)
	}
	joined := newForest(len(packages))
	for at, p := range packages {
		for _, m := range p.Modules {
			joinOverlaps(all, joined, at, m)
		}
	}
	members := map[int]int{}
	for at, p := range packages {
		root := joined.find(at)
		unit, ok := members[root]
		if !ok {
			unit = len(u.All)
			members[root] = unit
			u.All = append(u.All, &Unit{})
		}
		into := u.All[unit]
		into.Packages = append(into.Packages, p.Packages...)
		into.Modules = append(into.Modules, p.Modules...)
	}
	for at, unit := range u.All {
		slices.Sort(unit.Packages)
		slices.SortFunc(unit.Modules, func(a, b *source.Parsed) int { return strings.Compare(a.Path, b.Path) })
		for _, m := range unit.Modules {
			u.tree.insert(m.Package, at)
		}
	}
}

// joinOverlaps joins a package with those whose names begin with, or are the beginning of, the path of one of its rules. The
// packages above are none of these, unless they have a rule of that path themselves.
func joinOverlaps(all *tree, joined forest, at int, m *source.Parsed) {
	node := all
	for _, name := range m.Package {
		node = node.children[name]
	}
	if len(node.children) == 0 {
		return
	}
	for _, rule := range m.Heads {
		below, whole := node, true
		for _, name := range rule {
			for _, unit := range below.units {
				joined.join(at, unit)
			}
			if below = below.children[name]; below == nil {
				whole = false
				break
			}
		}
		if whole {
			below.below(func(unit int) { joined.join(at, unit) })
		}
	}
}

// link finds what a unit refers to.
func (u *Units) link(unit *Unit) {
	seen := map[int]struct{}{}
	note := func(at int) {
		if _, ok := seen[at]; ok || u.All[at] == unit {
			return
		}
		seen[at] = struct{}{}
		unit.uses = append(unit.uses, at)
	}
	for _, m := range unit.Modules {
		for _, path := range m.References.Documents {
			u.tree.related(path, note)
		}
		if m.References.Metadata {
			u.tree.related(m.Package, note)
		}
	}
	slices.Sort(unit.uses)
}

// inherit finds the METADATA above each unit.
func (u *Units) inherit(set *source.Set) {
	for _, m := range set.Modules {
		if !m.Above {
			continue
		}
		for _, unit := range u.All {
			if slices.ContainsFunc(unit.Modules, func(below *source.Parsed) bool { return isAbove(m.Package, below.Package) }) {
				unit.above = append(unit.above, m)
			}
		}
	}
}

func isAbove(above, below []string) bool {
	return len(above) < len(below) && slices.Equal(above, below[:len(above)])
}

// name gives each unit its key.
func (u *Units) name(seed string) {
	component := components(u.All)
	byMeaning := func(m *source.Parsed) source.Digest { return m.Meaning }
	if slices.ContainsFunc(u.All, (*Unit).asksForMetadata) {
		// What is in METADATA can decide the type of a rule then.
		byMeaning = codeOf
	}
	meaning := make([]source.Digest, len(component.members))
	code := make([]source.Digest, len(component.members))
	text := make([]source.Digest, len(component.members))
	// Those that are referred to come first.
	for at, members := range component.members {
		meaning[at] = u.digest(members, component.of, meaning, byMeaning)
		code[at] = u.digest(members, component.of, code, codeOf)
		text[at] = u.digest(members, component.of, text, textOf)
	}
	for at, unit := range u.All {
		h := sha256.New()
		h.Write([]byte(seed))
		whole := false
		for _, m := range unit.above {
			h.Write(m.Code[:])
		}
		for _, m := range unit.Modules {
			h.Write(m.Code[:])
			whole = whole || m.References.With || m.References.Metadata
		}
		// Rules that are planned anew in here carry their places along.
		reached := meaning[component.of[at]]
		if whole {
			reached = code[component.of[at]]
		}
		h.Write(reached[:])
		unit.Key = source.Digest(h.Sum(nil))
		unit.Text = text[component.of[at]]
	}
}

func textOf(m *source.Parsed) source.Digest { return m.ID }

func codeOf(m *source.Parsed) source.Digest { return m.Code }

func (unit *Unit) asksForMetadata() bool {
	return slices.ContainsFunc(unit.Modules, func(m *source.Parsed) bool { return m.References.Metadata })
}

// digest names units that refer to each other, and all that they refer to.
func (u *Units) digest(members []int, of []int, known []source.Digest, name func(*source.Parsed) source.Digest) source.Digest {
	h := sha256.New()
	reached := map[int]struct{}{}
	for _, at := range members {
		for _, m := range u.All[at].Modules {
			digest := name(m)
			h.Write(digest[:])
		}
		for _, to := range u.All[at].uses {
			if of[to] != of[at] {
				reached[of[to]] = struct{}{}
			}
		}
	}
	digests := make([]string, 0, len(reached))
	for to := range reached {
		digests = append(digests, string(known[to][:]))
	}
	slices.Sort(digests)
	for _, digest := range digests {
		h.Write([]byte(digest))
	}
	return source.Digest(h.Sum(nil))
}
