package relink

import (
	"bytes"
	"errors"
	"slices"
)

// Ids of the sections that are looked at.
const (
	customSection   = 0
	typeSection     = 1
	importSection   = 2
	functionSection = 3
	globalSection   = 6
	exportSection   = 7
	codeSection     = 10
)

// Kinds of exports that are added.
const (
	functionExport = 0
	globalExport   = 3
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

func (v *vector) bytes() []byte { return append(appendLEB(nil, v.count), v.entries...) }

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

func parse(wasm []byte) (*module, error) {
	if len(wasm) < headerLength || !bytes.HasPrefix(wasm, []byte("\x00asm")) {
		return nil, errors.New("no WebAssembly module")
	}
	m := &module{header: wasm[:headerLength], index: map[string]int{}, names: map[int]string{}}
	for r := (&reader{bytes: wasm, at: headerLength}); r.more(); {
		s := section{id: r.byte()}
		s.content = r.take(r.leb())
		if r.err == nil {
			r.fail(m.read(s))
		}
		if r.err != nil {
			return nil, r.err
		}
		m.sections = append(m.sections, s)
	}
	return m, nil
}

func (m *module) read(s section) error {
	r := &reader{bytes: s.content}
	switch s.id {
	case typeSection:
		m.types = vector{r.leb(), s.content[r.at:]}
	case importSection:
		m.readImports(r)
	case functionSection:
		m.functions = vector{r.leb(), s.content[r.at:]}
	case globalSection:
		m.globals = vector{r.leb(), s.content[r.at:]}
	case exportSection:
		m.exports = vector{r.leb(), s.content[r.at:]}
	case codeSection:
		for count := r.leb(); count > 0 && r.err == nil; count-- {
			m.bodies = append(m.bodies, r.take(r.leb()))
		}
	case customSection:
		if r.name() == "name" {
			m.readNames(r)
		}
	}
	return r.err
}

func (m *module) readImports(r *reader) {
	for count := r.leb(); count > 0 && r.err == nil; count-- {
		r.name()
		name := r.name()
		switch kind := r.byte(); kind {
		case 0:
			r.leb()
			m.index[name] = m.imported
			m.imported++
		case 2:
			if r.byte()&1 != 0 {
				r.leb()
			}
			r.leb()
		default:
			r.fail(errors.New("an import that is neither a function nor a memory"))
		}
	}
}

// readNames takes the names of functions; what the compiler dropped as unused has none.
func (m *module) readNames(r *reader) {
	for r.more() {
		kind := r.byte()
		content := &reader{bytes: r.take(r.leb())}
		if kind != 1 {
			continue
		}
		for count := content.leb(); count > 0 && content.err == nil; count-- {
			index := content.leb()
			name := content.name()
			m.names[index] = name
			m.index[name] = index
		}
		r.fail(content.err)
	}
}

// functionType gives the index of the type that takes and returns so many words.
func (m *module) functionType(arity, results int) int {
	const function = 0x60
	entry := appendSized([]byte{function}, bytes.Repeat([]byte{word}, arity))
	entry = appendSized(entry, bytes.Repeat([]byte{word}, results))
	r := &reader{bytes: m.types.entries}
	for i := range m.types.count {
		start := r.at
		r.byte()
		r.take(r.leb())
		r.take(r.leb())
		if bytes.Equal(m.types.entries[start:r.at], entry) {
			return i
		}
	}
	return m.types.add(entry)
}

// signature is the number of a function's parameters, and the types of its results.
type signature struct {
	parameters int
	results    []byte
}

// signatures lists those of the functions that the module defines.
func (m *module) signatures() []signature {
	types := make([]signature, m.types.count)
	r := &reader{bytes: m.types.entries}
	for i := range types {
		r.byte()
		types[i].parameters = len(r.take(r.leb()))
		types[i].results = r.take(r.leb())
	}
	functions := make([]signature, m.functions.count)
	r = &reader{bytes: m.functions.entries}
	for i := range functions {
		if t := r.leb(); t < len(types) {
			functions[i] = types[t]
		}
	}
	return functions
}

// addFunction gives the index under which the new function is called.
func (m *module) addFunction(arity, results int, body []byte) int {
	m.functions.add(appendLEB(nil, m.functionType(arity, results)))
	m.bodies = append(m.bodies, body)
	return m.imported + len(m.bodies) - 1
}

// addCounter gives the index of a new global that everybody may set, which the module exports by its name.
func (m *module) addCounter(name string, start int) int {
	const mutable = 1
	m.require(globalSection)
	index := m.globals.add(append(appendSigned([]byte{word, mutable, i32Const}, start), opEnd))
	m.export(name, globalExport, index)
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
	m.exports.add(appendLEB(append(appendSized(nil, []byte(name)), kind), index))
}

func (m *module) addCustom(name string, content []byte) {
	m.sections = append(m.sections, section{customSection, append(appendSized(nil, []byte(name)), content...)})
}

func (m *module) encode() []byte {
	out := bytes.Clone(m.header)
	for _, s := range m.sections {
		content := s.content
		switch s.id {
		case typeSection:
			content = m.types.bytes()
		case functionSection:
			content = m.functions.bytes()
		case globalSection:
			content = m.globals.bytes()
		case exportSection:
			content = m.exports.bytes()
		case codeSection:
			content = appendLEB(nil, len(m.bodies))
			for _, body := range m.bodies {
				content = appendSized(content, body)
			}
		}
		out = appendSized(append(out, s.id), content)
	}
	return out
}
