package library

import (
	"bytes"
	"errors"
	"slices"

	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

const headerLength = 8

type section struct {
	id      byte
	content []byte
}

// vector is a section that holds a counted list; what is added goes behind the entries that it has.
type vector struct {
	count   int
	entries []byte
}

func (v *vector) add(entry []byte) int {
	v.entries = append(v.entries[:len(v.entries):len(v.entries)], entry...)
	v.count++
	return v.count - 1
}

func (v *vector) bytes() []byte { return append(wasm.AppendLEB(nil, v.count), v.entries...) }

// module is a policy module taken apart as far as calls need to be changed.
type module struct {
	header                             []byte
	sections                           []section
	types, functions, globals, exports vector
	bodies                             [][]byte
	imported                           int
	index                              map[string]int
	names                              map[int]string
}

func parse(code []byte) (*module, error) {
	if len(code) < headerLength || !bytes.HasPrefix(code, []byte("\x00asm")) {
		return nil, errors.New("no WebAssembly module")
	}
	m := &module{header: code[:headerLength], index: map[string]int{}, names: map[int]string{}}
	for r := (&wasm.Reader{Bytes: code, At: headerLength}); r.More(); {
		s := section{id: r.Byte()}
		s.content = r.Take(r.LEB())
		if r.Err == nil {
			r.Fail(m.read(s))
		}
		if r.Err != nil {
			return nil, r.Err
		}
		m.sections = append(m.sections, s)
	}
	return m, nil
}

func (m *module) read(s section) error {
	r := &wasm.Reader{Bytes: s.content}
	switch s.id {
	case wasm.TypeSection:
		m.types = vector{r.LEB(), s.content[r.At:]}
	case wasm.ImportSection:
		m.readImports(r)
	case wasm.FunctionSection:
		m.functions = vector{r.LEB(), s.content[r.At:]}
	case wasm.GlobalSection:
		m.globals = vector{r.LEB(), s.content[r.At:]}
	case wasm.ExportSection:
		m.exports = vector{r.LEB(), s.content[r.At:]}
	case wasm.CodeSection:
		for count := r.LEB(); count > 0 && r.Err == nil; count-- {
			m.bodies = append(m.bodies, r.Take(r.LEB()))
		}
	case wasm.CustomSection:
		if r.Name() == "name" {
			m.readNames(r)
		}
	}
	return r.Err
}

func (m *module) readImports(r *wasm.Reader) {
	for count := r.LEB(); count > 0 && r.Err == nil; count-- {
		r.Name()
		name := r.Name()
		switch kind := r.Byte(); kind {
		case 0:
			r.LEB()
			m.index[name] = m.imported
			m.imported++
		case 2:
			if r.Byte()&1 != 0 {
				r.LEB()
			}
			r.LEB()
		default:
			r.Fail(errors.New("an import that is neither a function nor a memory"))
		}
	}
}

// readNames takes the names of functions; what the compiler dropped as unused has none.
func (m *module) readNames(r *wasm.Reader) {
	for r.More() {
		kind := r.Byte()
		content := &wasm.Reader{Bytes: r.Take(r.LEB())}
		if kind != 1 {
			continue
		}
		for count := content.LEB(); count > 0 && content.Err == nil; count-- {
			index := content.LEB()
			name := content.Name()
			m.names[index] = name
			m.index[name] = index
		}
		r.Fail(content.Err)
	}
}

// functionType gives the index of the type that takes and returns so many words.
func (m *module) functionType(arity, results int) int {
	const function = 0x60
	entry := wasm.AppendSized([]byte{function}, bytes.Repeat([]byte{wasm.I32}, arity))
	entry = wasm.AppendSized(entry, bytes.Repeat([]byte{wasm.I32}, results))
	r := &wasm.Reader{Bytes: m.types.entries}
	for i := range m.types.count {
		start := r.At
		r.Byte()
		r.Take(r.LEB())
		r.Take(r.LEB())
		if bytes.Equal(m.types.entries[start:r.At], entry) {
			return i
		}
	}
	return m.types.add(entry)
}

// signature is the number of a function's parameters, and the types of its results.
type signature struct {
	parameters int
	results    []byte
	// spelled as the module does.
	spelled []byte
}

// signatures lists those of the functions that the module defines.
func (m *module) signatures() []signature {
	types := make([]signature, m.types.count)
	r := &wasm.Reader{Bytes: m.types.entries}
	for i := range types {
		start := r.At
		r.Byte()
		types[i].parameters = len(r.Take(r.LEB()))
		types[i].results = r.Take(r.LEB())
		types[i].spelled = r.Bytes[start:r.At]
	}
	functions := make([]signature, m.functions.count)
	r = &wasm.Reader{Bytes: m.functions.entries}
	for i := range functions {
		if t := r.LEB(); t < len(types) {
			functions[i] = types[t]
		}
	}
	return functions
}

// addFunction gives the index under which the new function is called.
func (m *module) addFunction(arity, results int, body []byte) int {
	m.functions.add(wasm.AppendLEB(nil, m.functionType(arity, results)))
	m.bodies = append(m.bodies, body)
	return m.imported + len(m.bodies) - 1
}

// addCounter gives the index of a new global that everybody may set, which the module exports by its name.
func (m *module) addCounter(name string, start int) int {
	index := m.addGlobal(start)
	m.export(name, wasm.GlobalKind, index)
	return index
}

// require adds an empty section, unless there is one. Sections are in the order of their ids, apart from custom ones.
func (m *module) require(id byte) {
	at := slices.IndexFunc(m.sections, func(s section) bool { return s.id >= id })
	if at < 0 {
		at = len(m.sections)
	} else if m.sections[at].id == id {
		return
	}
	m.sections = slices.Insert(m.sections, at, section{id: id})
}

func (m *module) export(name string, kind byte, index int) {
	m.exports.add(wasm.AppendLEB(append(wasm.AppendSized(nil, []byte(name)), kind), index))
}

func (m *module) addCustom(name string, content []byte) {
	m.sections = append(m.sections, section{wasm.CustomSection, append(wasm.AppendSized(nil, []byte(name)), content...)})
}

func (m *module) encode() []byte {
	out := bytes.Clone(m.header)
	for _, s := range m.sections {
		content := s.content
		switch s.id {
		case wasm.TypeSection:
			content = m.types.bytes()
		case wasm.FunctionSection:
			content = m.functions.bytes()
		case wasm.GlobalSection:
			content = m.globals.bytes()
		case wasm.ExportSection:
			content = m.exports.bytes()
		case wasm.CodeSection:
			content = wasm.AppendLEB(nil, len(m.bodies))
			for _, body := range m.bodies {
				content = wasm.AppendSized(content, body)
			}
		}
		out = wasm.AppendSized(append(out, s.id), content)
	}
	return out
}

// addGlobal gives the index of a new global that everybody here may set.
func (m *module) addGlobal(start int) int {
	const mutable = 1
	m.require(wasm.GlobalSection)
	return m.globals.add(append(wasm.AppendSigned([]byte{wasm.I32, mutable, wasm.I32Const}, start), wasm.End))
}

// keepExports drops the exports whose names are not to be kept.
func (m *module) keepExports(keep func(name string) bool) {
	r := &wasm.Reader{Bytes: m.exports.entries}
	var kept vector
	for count := m.exports.count; count > 0 && r.Err == nil; count-- {
		start := r.At
		name := r.Name()
		r.Byte()
		r.LEB()
		if keep(name) {
			kept.add(r.Bytes[start:r.At])
		}
	}
	m.exports = kept
}

// exported says whether something is exported under the name.
func (m *module) exported(name string) bool {
	found := false
	m.keepExports(func(other string) bool {
		found = found || other == name
		return true
	})
	return found
}
