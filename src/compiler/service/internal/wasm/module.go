package wasm

// Module is a module in the making, all of whose parts are known.
type Module struct {
	Types     [][]byte
	Imports   [][]byte
	Functions []int
	Table     []int
	Globals   [][]byte
	Exports   [][]byte
	Start     int
	Bodies    [][]byte
	Data      []Segment
	Custom    []Named
}

// Segment is what lies in memory from an address on.
type Segment struct {
	Address int
	Bytes   []byte
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

const tableOfFunctions = 0x70

// Encode gives the bytes. The table holds its functions from index 1 on: 0 means none.
func (m *Module) Encode() []byte {
	out := append([]byte(nil), Header...)
	section := func(id byte, content []byte) { out = AppendSized(append(out, id), content) }
	section(TypeSection, list(m.Types))
	section(ImportSection, list(m.Imports))
	section(FunctionSection, numbers(m.Functions))
	section(TableSection, AppendLEB([]byte{1, tableOfFunctions, 0}, len(m.Table)+1))
	section(GlobalSection, list(m.Globals))
	section(ExportSection, list(m.Exports))
	section(StartSection, AppendLEB(nil, m.Start))
	if len(m.Table) > 0 {
		section(ElementSection, append([]byte{1, 0, I32Const, 1, End}, numbers(m.Table)...))
	}
	content := AppendLEB(nil, len(m.Bodies))
	for _, body := range m.Bodies {
		content = AppendSized(content, body)
	}
	section(CodeSection, content)
	data := AppendLEB(nil, len(m.Data))
	for _, s := range m.Data {
		data = append(AppendSigned(append(data, 0, I32Const), s.Address), End)
		data = AppendSized(data, s.Bytes)
	}
	section(DataSection, data)
	for _, c := range m.Custom {
		section(CustomSection, append(AppendSized(nil, []byte(c.Name)), c.Content...))
	}
	return out
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
