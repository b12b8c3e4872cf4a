package emit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// part is a module of a policy.
type part struct {
	library *library.Library
	main    bool
	// functions are as they were made.
	functions []*Function
	// elsewhere are the functions of other parts that are called here, and builtins those of the host.
	elsewhere, builtins []string
	// table are the functions that others reach.
	table []string
	// mapping lists the rules that are called by path.
	mapping []byte

	// What comes of it.
	code []byte
	id   string
	size int

	module    *wasm.Module
	index     map[string]int
	imports   map[string]int
	globals   map[any]int
	types     map[string]int
	layout    *layout
	mappingAt int
}

// survey finds what is needed from elsewhere.
func (p *part) survey(all map[string]*Function) error {
	own := make(map[string]struct{}, len(p.functions))
	for _, f := range p.functions {
		own[f.Name] = struct{}{}
	}
	elsewhere, hosted := map[string]struct{}{}, map[string]struct{}{}
	for _, f := range p.functions {
		for _, name := range f.calls {
			if _, ok := own[name]; ok {
				continue
			}
			if all[name] == nil {
				return &Fault{f.Name, f.Place, fmt.Errorf("nothing is known of %v", name)}
			}
			elsewhere[name] = struct{}{}
		}
		for _, name := range f.hosted {
			hosted[name] = struct{}{}
		}
	}
	p.elsewhere, p.builtins = slices.Sorted(maps.Keys(elsewhere)), slices.Sorted(maps.Keys(hosted))
	return nil
}

// isSame says that another part comes out as this one: functions that were made once are never changed. What the others have to
// say of the functions that are called elsewhere are their signatures, which a name stands for.
func (p *part) isSame(other *part) bool {
	return p.main == other.main && p.library == other.library && slices.Equal(p.functions, other.functions) &&
		slices.Equal(p.table, other.table) && bytes.Equal(p.mapping, other.mapping)
}

func (p *part) link(all map[string]*Function) error {
	p.module = &wasm.Module{}
	p.index, p.imports, p.types = map[string]int{}, map[string]int{}, map[string]int{}
	p.layout = layOut(constantsOf(p.functions))
	p.mappingAt = p.layout.add(p.mapping)
	p.size = len(p.layout.bytes)
	added, err := p.added(all)
	if err != nil {
		return err
	}
	functions := slices.Concat(p.functions, added)
	imported := p.importAll(functions)
	for i, f := range functions {
		p.index[f.Name] = imported + i
		p.module.Functions = append(p.module.Functions, p.typeOf(wasm.TypeOf(f.Signature)))
	}
	for _, f := range functions {
		body, err := p.resolve(f)
		if err != nil {
			return err
		}
		p.module.Bodies = append(p.module.Bodies, body)
	}
	p.finish(functions)
	// The rest was needed to make it.
	p.module, p.index, p.imports, p.types, p.globals, p.layout = nil, nil, nil, nil, nil, nil
	return nil
}

// added are the functions that only this part has: those that call elsewhere, and the one that gets it ready.
func (p *part) added(all map[string]*Function) ([]*Function, error) {
	u := newUnit(p.library, noPlan)
	var made []*Function
	for _, name := range p.elsewhere {
		m := u.maker(name, all[name].Signature)
		for i := range m.Signature.Parameters {
			m.Get(i)
		}
		m.Global(toElsewhere(name), wasm.I32)
		m.CallTable(toType(m.Signature), m.Signature)
		f, err := m.finish(nil)
		if err != nil {
			return nil, err
		}
		made = append(made, f)
	}
	m := u.maker(startName, wasm.Signature{})
	m.start(p.layout.addresses, p.main)
	f, err := m.finish(nil)
	return append(made, f), err
}

func (p *part) typeOf(spelled []byte) int {
	if at, ok := p.types[string(spelled)]; ok {
		return at
	}
	at := len(p.module.Types)
	p.types[string(spelled)] = at
	p.module.Types = append(p.module.Types, spelled)
	return at
}

const mutable, immutable = 1, 0

// importAll imports the functions of the library that something calls, and all globals. It gives the number of functions.
func (p *part) importAll(functions []*Function) int {
	called := map[string]struct{}{}
	for _, f := range functions {
		for _, ref := range f.references {
			if to, ok := ref.To.(toLibrary); ok {
				called[string(to)] = struct{}{}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(called)) {
		p.imports[name] = len(p.imports)
		typed := wasm.AppendLEB(nil, p.typeOf(p.library.Types[name]))
		p.module.Imports = append(p.module.Imports, wasm.Import("library", name, wasm.FunctionKind, typed...))
	}
	p.importGlobals()
	m := p.module
	m.Imports = append(m.Imports, wasm.Import("env", "table", wasm.TableKind, wasm.TableOfFunctions, 0, 0))
	m.Imports = append(m.Imports, wasm.Import("env", "memory", wasm.MemoryKind, 0, 0))
	return len(p.imports)
}

func (p *part) importGlobals() {
	p.globals = make(map[any]int, len(p.elsewhere)+len(p.builtins))
	add := func(from, name string, kind, changes byte) {
		p.module.Imports = append(p.module.Imports, wasm.Import(from, name, wasm.GlobalKind, kind, changes))
	}
	add("library", library.Fuel, wasm.I32, mutable)
	add("state", "counted", wasm.I64, mutable)
	add("state", "valid", wasm.I64, mutable)
	add("state", "depth", wasm.I32, mutable)
	add("state", "marked", wasm.I32, mutable)
	add("place", "constants", wasm.I32, immutable)
	add("place", "table", wasm.I32, immutable)
	add("place", "heap", wasm.I32, immutable)
	for _, name := range p.elsewhere {
		p.globals[toElsewhere(name)] = int(globals) + len(p.globals)
		add("function", name, wasm.I32, immutable)
	}
	for _, name := range p.builtins {
		p.globals[toBuiltin(name)] = int(globals) + len(p.globals)
		add("builtin", name, wasm.I32, immutable)
	}
}

// resolve writes the numbers into a copy of the code.
func (p *part) resolve(f *Function) ([]byte, error) {
	code := slices.Clone(f.code)
	for _, ref := range f.references {
		value, ok := p.value(ref.To)
		if !ok {
			return nil, &Fault{f.Name, f.Place, fmt.Errorf("nothing is known of %v", ref.To)}
		}
		wasm.PutFixed(code[ref.At:], uint32(value))
	}
	return code, nil
}

func (p *part) value(to any) (value int, ok bool) {
	switch to := to.(type) {
	case toFunction:
		value, ok = p.index[string(to)]
	case toLibrary:
		value, ok = p.imports[string(to)]
	case toString:
		value, ok = p.layout.strings[string(to)]
	case toText:
		value, ok = p.layout.texts[string(to)]
	case toNumber:
		value, ok = p.layout.numbers[number(to)]
	case toSlot:
		value, ok = p.layout.slots[string(to)]
	case toIndex:
		value, ok = p.layout.indices[to.table]
	case toType:
		value, ok = p.typeOf(wasm.TypeOf(wasm.Signature(to))), true
	case toGlobal:
		value, ok = int(to), true
	case toBuiltin, toElsewhere:
		value, ok = p.globals[to]
	case toMapping:
		value, ok = p.mappingAt, true
	case toMappingLength:
		value, ok = len(p.mapping), true
	}
	return value, ok
}

// finish adds what needs the whole.
func (p *part) finish(functions []*Function) {
	m := p.module
	if p.main {
		for _, name := range []string{opaEvalName, evalName} {
			m.Exports = append(m.Exports, wasm.Export(name, wasm.FunctionKind, p.index[name]))
		}
	}
	m.Start = p.index[startName]
	for _, name := range p.table {
		m.Elements = append(m.Elements, p.index[name])
	}
	m.ElementsAt, m.DataAt, m.Data = int(tableAt), int(constantsAt), p.layout.bytes
	m.Custom = []wasm.Named{{Name: "name", Content: p.names(functions)}}
	p.code = m.Encode()
	sum := sha256.Sum256(p.code)
	p.id = hex.EncodeToString(sum[:idBytes])
}

// idBytes are enough that no two parts ever have one id.
const idBytes = 16

// names lets an engine, and whoever looks into a profile, call the functions by their names.
func (p *part) names(functions []*Function) []byte {
	const functionNames = 1
	list := wasm.AppendLEB(nil, len(functions))
	for _, f := range functions {
		name := strings.ToValidUTF8(f.Name, "?")
		list = wasm.AppendSized(wasm.AppendLEB(list, p.index[f.Name]), []byte(name))
	}
	return wasm.AppendSized([]byte{functionNames}, list)
}
