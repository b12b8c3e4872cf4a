package emit

import (
	"encoding/binary"
	"encoding/json"
	"slices"
)

// How constants look to the library.
const (
	numberType, internedString = 3, 8
	numberBytes, stringBytes   = 24, 12
	wholeNumber, textNumber    = 1, 2
	aligned                    = 8
	pageBytes                  = 65_536
)

// layout is where the constants of a policy are, from an address on.
type layout struct {
	base    int
	bytes   []byte
	strings map[string]int
	texts   map[string]int
	numbers map[number]int
	slots   map[string]int
	indices map[*[]string]int
	end     int
}

func newLayout(base int) *layout {
	return &layout{base: base, strings: map[string]int{}, texts: map[string]int{}, numbers: map[number]int{}, slots: map[string]int{}, indices: map[*[]string]int{}}
}

func (y *layout) at() int { return y.base + len(y.bytes) }

func (y *layout) align() {
	for y.at()%aligned != 0 {
		y.bytes = append(y.bytes, 0)
	}
}

// text gives the address of a text, which ends with a zero byte.
func (y *layout) text(s string) int {
	if at, ok := y.texts[s]; ok {
		return at
	}
	at := y.at()
	y.texts[s] = at
	y.bytes = append(append(y.bytes, s...), 0)
	return at
}

func (y *layout) addNumber(n number) {
	text := 0
	if n.text != "" {
		text = y.text(n.text)
	}
	y.align()
	y.numbers[n] = y.at()
	value := make([]byte, numberBytes)
	value[0] = numberType
	if n.text == "" {
		value[1] = wholeNumber
		binary.LittleEndian.PutUint64(value[8:], uint64(n.whole))
	} else {
		value[1] = textNumber
		binary.LittleEndian.PutUint32(value[8:], uint32(text))
		binary.LittleEndian.PutUint32(value[12:], uint32(len(n.text)))
	}
	y.bytes = append(y.bytes, value...)
}

func (y *layout) addString(s string) {
	text := y.text(s)
	y.align()
	y.strings[s] = y.at()
	value := make([]byte, stringBytes)
	value[0] = internedString
	binary.LittleEndian.PutUint32(value[4:], uint32(len(s)))
	binary.LittleEndian.PutUint32(value[8:], uint32(text))
	y.bytes = append(y.bytes, value...)
}

// addIndex adds the addresses of texts.
func (y *layout) addIndex(texts []string) {
	for _, s := range texts {
		if _, ok := y.strings[s]; !ok {
			y.addString(s)
		}
	}
	y.align()
	for _, s := range texts {
		y.bytes = binary.LittleEndian.AppendUint32(y.bytes, uint32(y.strings[s]))
	}
}

// addJSON gives where a document is, and its length.
func (y *layout) addJSON(value any) (at, length int, err error) {
	text, err := json.Marshal(value)
	at = y.at()
	y.bytes = append(y.bytes, text...)
	return at, len(text), err
}

// pages is how much memory the policy needs to begin with.
func (y *layout) pages() int { return (y.end + pageBytes - 1) / pageBytes }

// layOut gives everything that the functions refer to its place.
func (l *linker) layOut() error {
	y := l.layout
	var slots []string
	seen := map[any]struct{}{}
	for _, f := range l.functions {
		for _, ref := range f.references {
			if _, ok := seen[ref.To]; ok {
				continue
			}
			seen[ref.To] = struct{}{}
			switch to := ref.To.(type) {
			case toString:
				if _, ok := y.strings[string(to)]; !ok {
					y.addString(string(to))
				}
			case toText:
				y.text(string(to))
			case toNumber:
				y.addNumber(number(to))
			case toSlot:
				slots = append(slots, string(to))
			case toIndex:
				y.addIndex(*to.table)
				y.indices[to.table] = y.at() - len(*to.table)*wordSize
			}
		}
	}
	if err := l.tables(); err != nil {
		return err
	}
	y.align()
	l.constants[slotsAt] = y.at()
	l.constants[slotsLength] = len(slots) * slotSize
	for i, name := range slots {
		y.slots[name] = y.at() + i*slotSize
	}
	y.end = y.at() + len(slots)*slotSize
	l.constants[heapAt] = y.end
	return nil
}

// tables lays out what is asked for by number: entries, built-ins, and rules that are called by path.
func (l *linker) tables() error {
	l.constants[entryBase], l.constants[entryCount] = 1, len(l.program.Entries)
	entrypoints := map[string]int{}
	for i, e := range l.program.Entries {
		entrypoints[e.Name] = i
		l.module.Table = append(l.module.Table, l.index[e.Function.Name])
	}
	mapping := l.mapping()
	for _, t := range []struct {
		value      any
		at, length toConstant
	}{
		{entrypoints, entrypointsAt, entrypointsLength},
		{l.builtins, builtinsAt, builtinsLength},
		{mapping, mappingAt, mappingLength},
	} {
		at, length, err := l.layout.addJSON(t.value)
		if err != nil {
			return err
		}
		l.constants[t.at], l.constants[t.length] = at, length
	}
	if len(mapping) == 0 {
		l.constants[mappingLength] = 0
	}
	return nil
}

// mapping is the tree of the rules that some call by path can reach; its leaves are places in the table.
func (l *linker) mapping() map[string]any {
	var patterns [][]string
	for _, f := range l.functions {
		patterns = append(patterns, f.dynamic...)
	}
	root := map[string]any{}
	if len(patterns) == 0 {
		return root
	}
	for _, f := range l.functions {
		if f.Signature != ruleType || !slices.ContainsFunc(patterns, func(p []string) bool { return matches(p, f.Path) }) {
			continue
		}
		node := root
		for _, name := range f.Path[:len(f.Path)-1] {
			child, ok := node[name].(map[string]any)
			if !ok {
				child = map[string]any{}
				node[name] = child
			}
			node = child
		}
		l.module.Table = append(l.module.Table, l.index[f.Name])
		node[f.Path[len(f.Path)-1]] = len(l.module.Table)
	}
	return root
}

// matches compares a path with one that is known in part.
func matches(pattern, path []string) bool {
	if len(pattern) != len(path) {
		return false
	}
	for i, name := range pattern {
		if name != "" && name != path[i] {
			return false
		}
	}
	return true
}
