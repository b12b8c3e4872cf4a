package wasm

// Module is a module in the making, all of whose parts are known.
type Module struct {
	Types     [][]byte
	Imports   [][]byte
	Functions []int
	Exports   [][]byte
	// Start is called by whoever makes an instance.
	Start int
	// Elements are functions for an imported table, from the number on that a global has.
	Elements   []int
	ElementsAt int
	Bodies     [][]byte
	// Data lies in memory from the address on that a global has.
	Data   []byte
	DataAt int
	Custom []Named
}

// Named is the content of a custom section.
type Named struct {
	Name    string
	Content []byte
}

// Header begins every module: the magic word and version 1.
var Header = []byte("\x00asm\x01\x00\x00\x00")

// TypeOf spells a signature.
func TypeOf(s Signature) []byte {
	out := AppendLEB([]byte{Function}, s.Parameters)
	for range s.Parameters {
		out = append(out, I32)
	}
	if s.Result {
		return append(out, 1, I32)
	}
	return append(out, 0)
}

// Import spells an import; description is what follows its kind.
func Import(module, name string, kind byte, description ...byte) []byte {
	out := AppendSized(AppendSized(nil, []byte(module)), []byte(name))
	return append(append(out, kind), description...)
}

// Export spells an export.
func Export(name string, kind byte, index int) []byte {
	return AppendLEB(append(AppendSized(nil, []byte(name)), kind), index)
}

// TableOfFunctions is the kind of what a table holds.
const TableOfFunctions = 0x70

// Encode gives the bytes.
func (m *Module) Encode() []byte {
	out := append([]byte(nil), Header...)
	section := func(id byte, content []byte) { out = AppendSized(append(out, id), content) }
	section(TypeSection, list(m.Types))
	section(ImportSection, list(m.Imports))
	section(FunctionSection, numbers(m.Functions))
	section(ExportSection, list(m.Exports))
	section(StartSection, AppendLEB(nil, m.Start))
	if len(m.Elements) > 0 {
		section(ElementSection, append(fromGlobal(m.ElementsAt), numbers(m.Elements)...))
	}
	content := AppendLEB(nil, len(m.Bodies))
	for _, body := range m.Bodies {
		content = AppendSized(content, body)
	}
	section(CodeSection, content)
	if len(m.Data) > 0 {
		section(DataSection, AppendSized(fromGlobal(m.DataAt), m.Data))
	}
	for _, c := range m.Custom {
		out = AppendCustom(out, c)
	}
	return out
}

// AppendCustom puts a custom section behind a module.
func AppendCustom(out []byte, c Named) []byte {
	return AppendSized(append(out, CustomSection), append(AppendSized(nil, []byte(c.Name)), c.Content...))
}

// fromGlobal begins a section of one segment.
func fromGlobal(global int) []byte {
	return append(AppendLEB([]byte{1, 0, GlobalGet}, global), End)
}

func list(entries [][]byte) []byte {
	out := AppendLEB(nil, len(entries))
	for _, e := range entries {
		out = append(out, e...)
	}
	return out
}

func numbers(values []int) []byte {
	out := AppendLEB(nil, len(values))
	for _, v := range values {
		out = AppendLEB(out, v)
	}
	return out
}
