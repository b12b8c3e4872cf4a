// Package relink changes a compiled policy module. Two things become as OPA's interpreter has them, and a third is ours.
// A native built-in that refuses its arguments only answers nothing; its calls go through a wrapper that asks the host
// about it, which ends the evaluation in strict mode; where the library is wrong the host answers at once. Sets and
// objects are scanned in the order of their hash tables; where such a scan fills an array, so that the order shows, the
// host is asked for the next member. And loops and rule calls count down a global; the host, which is asked for more when
// it is used up, can end an evaluation from within.
package relink

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
)

// The host tells these calls from its own built-ins by their negative numbers: nextMember is the next member in a scan,
// moreFuel is how many steps may follow, firstNative - i is the i-th name in the section Natives.
const (
	nextMember  = -1
	moreFuel    = -2
	firstNative = -3
)

// Section is the custom section that lists the wrapped natives as a JSON array of names.
const Section = "natives"

const (
	iterate  = "opa_value_iter"
	appendTo = "opa_array_append"
	compare  = "opa_value_compare"
	walk     = "opa_value_transitive_closure"
	template = "opa_template_string"
	emit     = "opa_json_writer_emit_collection"
)

// planned matches what the planner named; the functions of the library are left as they are.
var planned = regexp.MustCompile(`^(eval$|g\d+\.)`)

// Module gives the module with its calls changed and its steps counted.
func Module(wasm []byte) ([]byte, error) {
	m, err := parse(wasm)
	if err != nil {
		return nil, err
	}
	l := &linker{module: m, wrappers: map[int]int{}, names: []string{}}
	if err := l.run(); err != nil {
		return nil, err
	}
	if err := m.meter(); err != nil {
		return nil, err
	}
	list, err := json.Marshal(l.names)
	if err != nil {
		return nil, err
	}
	m.addCustom(Section, list)
	return m.encode(), nil
}

type linker struct {
	*module
	// wrappers by the index of the function that they call.
	wrappers map[int]int
	names    []string
	// ordered is the index of the function that scans in order, once it is needed.
	ordered int
	// walks and prints tell that the order of a scan inside of the library shows.
	walks, prints bool
}

func (l *linker) run() error {
	bySymbol := map[int]native{}
	for _, n := range natives {
		if index, ok := l.index[n.symbol]; ok {
			bySymbol[index] = n
		}
	}
	for i, count := 0, len(l.bodies); i < count; i++ {
		if !planned.MatchString(l.module.names[l.imported+i]) {
			continue
		}
		o, err := outlineOf(l.bodies[i])
		if err != nil {
			return fmt.Errorf("function %s: %w", l.module.names[l.imported+i], err)
		}
		filling := l.fillingLoops(o.calls)
		l.bodies[i] = redirect(l.bodies[i], o.calls, func(c call) (int, bool) {
			if n, ok := bySymbol[c.callee]; ok {
				return l.wrapperOf(n, c.callee), true
			}
			if c.callee == l.index[iterate] && len(c.loops) > 0 && slices.Contains(filling, c.loops[len(c.loops)-1]) {
				return l.inOrder(), true
			}
			return 0, false
		})
	}
	var names []string
	if l.walks && l.ordered != 0 {
		names = append(names, walk, "__"+walk)
	}
	if l.prints {
		names = append(names, emit)
	}
	return l.scanInOrder(names)
}

// fillingLoops are the loops inside of which something is appended to an array.
func (l *linker) fillingLoops(found []call) []int {
	var filling []int
	for _, c := range found {
		switch c.callee {
		case l.index[appendTo]:
			filling = append(filling, c.loops...)
		case l.index[walk]:
			l.walks = true
		case l.index[template]:
			l.prints = true
		}
	}
	return filling
}

// scanInOrder lets functions of the library scan in order: `walk`, whose paths come in scanning order, and what writes sets
// and objects into template strings.
func (l *linker) scanInOrder(names []string) error {
	for _, name := range names {
		index, ok := l.index[name]
		if !ok {
			continue
		}
		body := &l.bodies[index-l.imported]
		o, err := outlineOf(*body)
		if err != nil {
			return fmt.Errorf("function %s: %w", name, err)
		}
		*body = redirect(*body, o.calls, func(c call) (int, bool) { return l.inOrder(), c.callee == l.index[iterate] })
	}
	return nil
}

func (l *linker) wrapperOf(n native, callee int) int {
	if known, ok := l.wrappers[callee]; ok {
		return known
	}
	number := firstNative - len(l.names)
	l.names = append(l.names, n.name)
	host := l.index[fmt.Sprintf("opa_builtin%d", n.arity)]
	l.wrappers[callee] = l.addFunction(n.arity, 1, wrapper(n, callee, host, number))
	return l.wrappers[callee]
}

func (l *linker) inOrder() int {
	if l.ordered == 0 {
		l.ordered = l.addFunction(2, 1, orderedScan(l.index[iterate], l.index["opa_builtin2"]))
		l.export(compare, functionExport, l.index[compare])
	}
	return l.ordered
}
