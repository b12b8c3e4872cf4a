package mine

import (
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

const (
	maxText      = 256
	maxConstants = 4_000
	// maxPlaces bounds what one name may stand for.
	maxPlaces = 48
	maxDepth  = 8
	maxValues = 256
)

// anyMember is the step to some member of a list, a set or an object.
const anyMember = "*"

// place is a path into `input` or `data`, its root first, joined by NUL.
type place string

func rootPlace(name string) place { return place(name) }

func (p place) step(name string) place { return p + place("\x00"+name) }

func (p place) path() []string { return strings.Split(string(p), "\x00") }

func (p place) deep() bool { return strings.Count(string(p), "\x00") >= maxDepth }

func (p place) ofInput() bool { return p == "input" || strings.HasPrefix(string(p), "input\x00") }

func prolonged(all []place, name string) []place {
	var longer []place
	for _, p := range all {
		if !p.deep() {
			longer = append(longer, p.step(name))
		}
	}
	return longer
}

// bindings are what names stand for.
type bindings map[string][]place

func (b bindings) add(name string, what []place) bool {
	grown := false
	for _, p := range what {
		if have := b[name]; len(have) < maxPlaces && !slices.Contains(have, p) {
			b[name] = append(have, p)
			grown = true
		}
	}
	return grown
}

// asked is what is known of one place of the input.
type asked struct {
	values map[string]ast.Value
	// beside are places of the data whose values it is compared with, or whose keys when the path ends in `#`.
	beside map[place]struct{}
	// packages read it.
	packages map[string]struct{}
}

func (a *asked) value(v ast.Value) bool {
	key := v.String()
	if _, known := a.values[key]; known || len(a.values) >= maxValues {
		return false
	}
	a.values[key] = v
	return true
}

type places map[place]*asked

func (ps places) at(p place) *asked {
	known, ok := ps[p]
	if !ok {
		known = &asked{values: map[string]ast.Value{}, beside: map[place]struct{}{}, packages: map[string]struct{}{}}
		ps[p] = known
	}
	return known
}

func (m *miner) result() *protocol.MineResult {
	answer := &protocol.MineResult{Places: []protocol.InputPlace{}, Constants: texts(m.constants), Packages: []protocol.MinedPackage{}}
	read := map[string][][]string{}
	for _, p := range slices.Sorted(maps.Keys(m.places)) {
		known := m.places[p]
		packages := slices.AppendSeq([]string{}, maps.Keys(known.packages))
		slices.Sort(packages)
		if !p.ofInput() {
			for _, pkg := range packages {
				read[pkg] = append(read[pkg], p.path()[1:])
			}
			continue
		}
		found := protocol.InputPlace{Path: p.path()[1:], Values: texts(known.values), Data: [][]string{}, Packages: packages}
		for _, beside := range slices.Sorted(maps.Keys(known.beside)) {
			found.Data = append(found.Data, beside.path()[1:])
		}
		answer.Places = append(answer.Places, found)
	}
	for _, pkg := range slices.Sorted(maps.Keys(m.uses)) {
		uses := slices.Sorted(maps.Keys(m.uses[pkg]))
		answer.Packages = append(answer.Packages, protocol.MinedPackage{Name: pkg, Uses: uses, Data: append([][]string{}, read[pkg]...)})
	}
	return answer
}

// texts are JSON: what has none (a set) is given as the list of its members.
func texts(values map[string]ast.Value) []any {
	all := []any{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if plain, err := ast.JSON(values[key]); err == nil {
			all = append(all, plain)
		}
	}
	return all
}
