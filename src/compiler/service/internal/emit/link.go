package emit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"slices"

	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/parallel"
	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// Custom sections behind the main part: how the parts are put together, and the parts, each a module.
const (
	LinkSection = "link"
	PartSection = "part"
)

// Linking says how instances of the parts are put together. Nothing in a part depends on where it comes to lie, so that an edit
// leaves the parts that it does not touch as they were.
type Linking struct {
	// Library names the library that the policy was made for.
	Library string `json:"library"`
	// Table is the number of its places; 0 means none.
	Table int `json:"table"`
	// Heap is the first address behind all constants.
	Heap int `json:"heap"`
	// Parts are where each of them lies; the main part is the first.
	Parts []Position `json:"parts"`
	// Functions are places in the table, of functions that are called from another part.
	Functions map[string]int `json:"functions"`
	// Builtins are the numbers that the host is called with.
	Builtins map[string]int `json:"builtins"`
	// Entrypoints are places in the table.
	Entrypoints map[string]int `json:"entrypoints"`
}

// Position is where the constants of a part are in memory, and its functions in the table. The id names its bytes.
type Position struct {
	ID        string `json:"id"`
	Constants int    `json:"constants"`
	Table     int    `json:"table"`
}

// KeptParts are parts that were linked before.
type KeptParts []*part

// Link puts a policy together. Of the parts that were linked before those are taken that would come out the same. What the caller
// has already, by the ids of parts, is left empty.
func Link(lib *library.Library, program *Program, kept KeptParts, had []string) ([]byte, KeptParts, error) {
	around, err := frame(lib)
	if err != nil {
		return nil, nil, err
	}
	main := &part{library: lib, main: true, functions: slices.Concat(program.Functions, around)}
	for _, e := range program.Entries {
		if !e.Elsewhere {
			main.functions = append(main.functions, e.Function)
		}
	}
	parts := []*part{main}
	for _, functions := range program.Parts {
		if len(functions) > 0 {
			parts = append(parts, &part{library: lib, functions: functions})
		}
	}
	l := &linker{library: lib, parts: parts, entries: program.Entries, numbers: map[string]int{}}
	if err := l.number(); err != nil {
		return nil, nil, err
	}
	faults := make([]error, len(parts))
	parallel.Do(runtime.GOMAXPROCS(0), len(parts), func(i int) {
		if at := slices.IndexFunc(kept, parts[i].isSame); at >= 0 {
			parts[i] = kept[at]
		} else {
			faults[i] = parts[i].link(l.functions)
		}
	})
	if err := cmp.Or(faults...); err != nil {
		return nil, nil, err
	}
	out, err := l.assemble(had)
	return out, parts, err
}

type linker struct {
	library *library.Library
	parts   []*part
	entries []Entry
	// functions are all of them by name.
	functions map[string]*Function
	// numbers are the places in the table.
	numbers map[string]int
	linking Linking
}

// number gives those functions places in the table that are called from elsewhere, by whatever means.
func (l *linker) number() error {
	l.functions = map[string]*Function{}
	for _, p := range l.parts {
		for _, f := range p.functions {
			if _, twice := l.functions[f.Name]; twice {
				return &Fault{f.Name, f.Place, fmt.Errorf("two functions of one name")}
			}
			l.functions[f.Name] = f
		}
	}
	called := map[string]struct{}{}
	for _, p := range l.parts {
		if err := p.survey(l.functions); err != nil {
			return err
		}
		for _, name := range p.elsewhere {
			called[name] = struct{}{}
		}
	}
	l.linking.Functions = make(map[string]int, len(called))
	for name := range called {
		l.linking.Functions[name] = 0
	}
	for _, e := range l.entries {
		called[e.Function.Name] = struct{}{}
	}
	targets := dynamicTargets(l.parts)
	for _, f := range targets {
		called[f.Name] = struct{}{}
	}
	next := 1
	for _, p := range l.parts {
		l.linking.Parts = append(l.linking.Parts, Position{Table: next})
		for _, f := range p.functions {
			if _, ok := called[f.Name]; ok {
				l.numbers[f.Name] = next
				p.table = append(p.table, f.Name)
				next++
			}
		}
	}
	l.linking.Table = next
	for name := range l.linking.Functions {
		l.linking.Functions[name] = l.numbers[name]
	}
	return l.mapDynamic(targets)
}

// mapDynamic lists what is called by path, in the main part.
func (l *linker) mapDynamic(targets []*Function) (err error) {
	if len(targets) > 0 {
		l.parts[0].mapping, err = json.Marshal(mapping(targets, l.numbers))
	}
	return err
}

// assemble gives the parts their places, and puts them behind one another.
func (l *linker) assemble(had []string) ([]byte, error) {
	at := l.library.End
	at += -at & (aligned - 1)
	hosted := map[string]struct{}{}
	for i, p := range l.parts {
		l.linking.Parts[i].ID, l.linking.Parts[i].Constants = p.id, at
		at += p.size
		for _, name := range p.builtins {
			hosted[name] = struct{}{}
		}
	}
	l.linking.Library, l.linking.Heap = l.library.ID, at
	l.linking.Builtins = make(map[string]int, len(hosted))
	for i, name := range slices.Sorted(maps.Keys(hosted)) {
		l.linking.Builtins[name] = i
	}
	l.linking.Entrypoints = make(map[string]int, len(l.entries))
	for _, e := range l.entries {
		l.linking.Entrypoints[e.Name] = l.numbers[e.Function.Name]
	}
	linking, err := json.Marshal(l.linking)
	if err != nil {
		return nil, err
	}
	out := wasm.AppendCustom(slices.Clone(l.parts[0].code), wasm.Named{Name: LinkSection, Content: linking})
	for _, p := range l.parts[1:] {
		content := p.code
		if slices.Contains(had, p.id) {
			content = nil
		}
		out = wasm.AppendCustom(out, wasm.Named{Name: PartSection, Content: content})
	}
	return out, nil
}
