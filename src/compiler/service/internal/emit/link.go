package emit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// LibrarySection is the custom section that names the library that a policy was made for.
const LibrarySection = "library"

// hostFunctions are imported by every policy.
var hostFunctions = []string{"opa_abort", "opa_builtin0", "opa_builtin1", "opa_builtin2", "opa_builtin3", "opa_builtin4"}

type linker struct {
	library   *library.Library
	program   *Program
	functions []*Function
	index     map[string]int
	imports   map[string]int
	importing []string
	types     map[string]int
	module    *wasm.Module
	layout    *layout
	constants map[toConstant]int
	builtins  map[string]int
}

// Link puts a module together.
func Link(lib *library.Library, program *Program) ([]byte, error) {
	around, err := frame(lib)
	if err != nil {
		return nil, err
	}
	l := &linker{
		library: lib, program: program, module: &wasm.Module{}, layout: newLayout(lib.End),
		index: map[string]int{}, imports: map[string]int{}, types: map[string]int{}, constants: map[toConstant]int{}, builtins: map[string]int{},
	}
	l.functions = slices.Concat(program.Functions, around)
	for _, e := range program.Entries {
		l.functions = append(l.functions, e.Function)
	}
	l.importAll()
	for i, f := range l.functions {
		if _, twice := l.index[f.Name]; twice {
			return nil, &Fault{f.Name, f.Place, fmt.Errorf("two functions of one name")}
		}
		l.index[f.Name] = len(l.importing) + len(hostFunctions) + i
		l.module.Functions = append(l.module.Functions, l.typeOf(wasm.TypeOf(f.Signature)))
	}
	if err := l.layOut(); err != nil {
		return nil, err
	}
	for _, f := range l.functions {
		body, err := l.resolve(f)
		if err != nil {
			return nil, err
		}
		l.module.Bodies = append(l.module.Bodies, body)
	}
	l.finish()
	return l.module.Encode(), nil
}

func (l *linker) typeOf(spelled []byte) int {
	if at, ok := l.types[string(spelled)]; ok {
		return at
	}
	at := len(l.module.Types)
	l.types[string(spelled)] = at
	l.module.Types = append(l.module.Types, spelled)
	return at
}

// importAll imports the host's functions and those of the library that something calls.
func (l *linker) importAll() {
	for i, name := range hostFunctions {
		s := wasm.Signature{Parameters: 1}
		if name != hostFunctions[0] {
			s = wasm.Signature{Parameters: i + 1, Result: true}
		}
		l.imports[name] = i
		l.importFunction("env", name, wasm.TypeOf(s))
	}
	called, hosted := map[string]struct{}{}, map[string]struct{}{}
	for _, f := range l.functions {
		for _, ref := range f.references {
			switch to := ref.To.(type) {
			case toLibrary:
				called[string(to)] = struct{}{}
			case toBuiltin:
				hosted[string(to)] = struct{}{}
			}
		}
	}
	for i, name := range slices.Sorted(maps.Keys(hosted)) {
		l.builtins[name] = i
	}
	l.importing = slices.Sorted(maps.Keys(called))
	for i, name := range l.importing {
		l.imports[name] = len(hostFunctions) + i
		l.importFunction("library", name, l.library.Types[name])
	}
	l.module.Imports = append(l.module.Imports, wasm.Import("library", library.Fuel, wasm.GlobalKind, wasm.I32, mutable))
}

const mutable = 1

func (l *linker) importFunction(from, name string, spelled []byte) {
	l.module.Imports = append(l.module.Imports, wasm.Import(from, name, wasm.FunctionKind, wasm.AppendLEB(nil, l.typeOf(spelled))...))
}

// resolve writes the numbers into a copy of the code.
func (l *linker) resolve(f *Function) ([]byte, error) {
	code := slices.Clone(f.code)
	for _, ref := range f.references {
		value, ok := l.value(ref.To)
		if !ok {
			return nil, &Fault{f.Name, f.Place, fmt.Errorf("nothing is known of %v", ref.To)}
		}
		wasm.PutFixed(code[ref.At:], uint32(value))
	}
	return code, nil
}

func (l *linker) value(to any) (value int, ok bool) {
	switch to := to.(type) {
	case toFunction:
		value, ok = l.index[string(to)]
	case toLibrary:
		value, ok = l.imports[string(to)]
	case toHost:
		value, ok = l.imports[string(to)]
	case toString:
		value, ok = l.layout.strings[string(to)]
	case toText:
		value, ok = l.layout.texts[string(to)]
	case toNumber:
		value, ok = l.layout.numbers[number(to)]
	case toSlot:
		value, ok = l.layout.slots[string(to)]
	case toIndex:
		value, ok = l.layout.indices[to.table]
	case toBuiltin:
		value, ok = l.builtins[string(to)]
	case toType:
		value, ok = l.typeOf(wasm.TypeOf(wasm.Signature(to))), true
	case toGlobal:
		value, ok = int(to), true
	case toConstant:
		value, ok = l.constants[to]
	}
	return value, ok
}

// finish adds what needs the whole.
func (l *linker) finish() {
	m := l.module
	m.Imports = append(m.Imports, wasm.Import("env", "memory", wasm.MemoryKind, append([]byte{0}, wasm.AppendLEB(nil, l.layout.pages())...)...))
	m.Globals = [][]byte{
		{wasm.I64, mutable, wasm.I64Const, 0, wasm.End},
		{wasm.I64, mutable, wasm.I64Const, 0, wasm.End},
		{wasm.I32, mutable, wasm.I32Const, 0, wasm.End},
	}
	for _, name := range []string{opaEvalName, evalName, builtinsName, entrypointsName} {
		m.Exports = append(m.Exports, wasm.Export(name, wasm.FunctionKind, l.index[name]))
	}
	m.Start = l.index[startName]
	m.Data = []wasm.Segment{{Address: l.library.End, Bytes: l.layout.bytes}}
	m.Custom = []wasm.Named{{Name: LibrarySection, Content: []byte(l.library.ID)}, {Name: "name", Content: l.names()}}
}

// names lets an engine, and whoever looks into a profile, call the functions by their names.
func (l *linker) names() []byte {
	const functionNames = 1
	list := wasm.AppendLEB(nil, len(l.functions))
	for _, f := range l.functions {
		name := strings.ToValidUTF8(f.Name, "?")
		list = wasm.AppendSized(wasm.AppendLEB(list, l.index[f.Name]), []byte(name))
	}
	return wasm.AppendSized([]byte{functionNames}, list)
}
