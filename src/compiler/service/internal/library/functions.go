package library

import "defenseclaw-gateway/rego-compiler/internal/wasm"

// passedOn calls a function with all that it was called with.
func passedOn(parameters, callee int) []byte {
	body := []byte{0}
	for i := range parameters {
		body = wasm.AppendLEB(append(body, wasm.LocalGet), i)
	}
	return append(wasm.AppendLEB(append(body, wasm.Call), callee), wasm.End)
}

// flagged calls a function while the flag is set.
func flagged(flag, callee int) []byte {
	body := wasm.AppendLEB([]byte{0, wasm.I32Const, 1, wasm.GlobalSet}, flag)
	body = wasm.AppendLEB(append(body, wasm.LocalGet, 0, wasm.Call), callee)
	body = wasm.AppendLEB(append(body, wasm.I32Const, 0, wasm.GlobalSet), flag)
	return append(body, wasm.End)
}

// eitherScan scans in order while the flag is set.
func eitherScan(flag, ordered, plain int) []byte {
	body := wasm.AppendLEB([]byte{0, wasm.GlobalGet}, flag)
	body = append(body, wasm.If, wasm.I32, wasm.LocalGet, 0, wasm.LocalGet, 1)
	body = wasm.AppendLEB(append(body, wasm.Call), ordered)
	body = append(body, wasm.Else, wasm.LocalGet, 0, wasm.LocalGet, 1)
	body = wasm.AppendLEB(append(body, wasm.Call), plain)
	return append(body, wasm.End, wasm.End)
}

// Offsets in values, after C's alignment.
const (
	numberKind, numberText, numberLength = 1, 8, 12
	textAddress                          = 8
	elements, arrayLength                = 4, 8
	writtenNumber                        = 2
)

// baseGet is base_get(node, key). OPA's store makes a text of every step of a path: a number finds the member that its text
// names, and the text of a whole number finds the element of an array. Values that a policy made know only equality.
func baseGet(end int, find func(string) int) ([]byte, error) {
	b := wasm.NewBody(wasm.Signature{Parameters: 2, Result: true})
	node, key := 0, 1
	kind, text, length := b.Local(wasm.I32), b.Local(wasm.I32), b.Local(wasm.I32)
	call := func(name string, parameters int) {
		b.CallTo(find(name), wasm.Signature{Parameters: parameters, Result: true})
	}
	get := func() {
		b.Get(node)
		b.Get(key)
		call("opa_value_get", 2)
		b.Return()
	}
	b.Block()
	{
		b.Get(node)
		b.Global(end, wasm.I32)
		b.Op(wasm.I32LtU)
		b.Get(node)
		b.Const(0)
		b.Op(wasm.I32Ne, wasm.I32And, wasm.I32Eqz)
		b.BranchIf(0)
		b.Get(key)
		b.Load(wasm.I32Load8U, 0)
		b.Set(kind)
		b.Block()
		b.Get(kind)
		b.Const(numberType)
		b.Op(wasm.I32Ne)
		b.BranchIf(0)
		numberAsText(b, key, text, length, call)
		b.Get(node)
		b.Load(wasm.I32Load8U, 0)
		b.Const(objectType)
		b.Op(wasm.I32Ne)
		b.BranchIf(0)
		b.Get(node)
		b.Get(text)
		b.Get(length)
		call("opa_string", 2)
		call("opa_value_get", 2)
		b.Return()
		b.End()

		b.Get(node)
		b.Load(wasm.I32Load8U, 0)
		b.Const(arrayType)
		b.Op(wasm.I32Ne)
		b.BranchIf(0)
		b.Block()
		b.Get(kind)
		b.Const(numberType)
		b.Op(wasm.I32Eq)
		b.BranchIf(0)
		b.Get(key)
		b.Load(wasm.I32Load, textAddress)
		b.Set(text)
		b.Get(key)
		b.Load(wasm.I32Load, textLengthOffset)
		b.Set(length)
		b.Get(kind)
		b.Const(stringType)
		b.Op(wasm.I32Eq)
		b.BranchIf(0)
		b.Get(kind)
		b.Const(internedStringType)
		b.Op(wasm.I32Eq)
		b.BranchIf(0)
		b.Const(0)
		b.Return()
		b.End()
		elementAt(b, node, text, length)
	}
	b.End()
	get()
	b.Unreachable()
	return resolve(b)
}

// numberAsText sets text and length to how the number is written.
func numberAsText(b *wasm.Body, key, text, length int, call func(string, int)) {
	b.Get(key)
	b.Load(wasm.I32Load8U, numberKind)
	b.Const(writtenNumber)
	b.Op(wasm.I32Eq)
	b.If()
	b.Get(key)
	b.Load(wasm.I32Load, numberText)
	b.Set(text)
	b.Get(key)
	b.Load(wasm.I32Load, numberLength)
	b.Set(length)
	b.Else()
	b.Get(key)
	call("opa_value_dump", 1)
	b.Tee(text)
	call("opa_strlen", 1)
	b.Set(length)
	b.End()
}

// elementAt returns the element of the array whose index the text spells as OPA reads it: a sign, at most 19 digits, and
// zeros behind a point; nothing where it spells none.
func elementAt(b *wasm.Body, array, text, length int) {
	const mostDigits, minus, plus, point, zero, nine = 19, '-', '+', '.', '0', 9
	index, at, end, character := b.Local(wasm.I32), b.Local(wasm.I32), b.Local(wasm.I32), b.Local(wasm.I32)
	past, negative := b.Local(wasm.I32), b.Local(wasm.I32)
	b.Block()
	b.Get(text)
	b.Set(at)
	b.Get(text)
	b.Get(length)
	b.Op(wasm.I32Add)
	b.Set(end)
	b.Get(length)
	b.Op(wasm.I32Eqz)
	b.BranchIf(0)
	b.Get(text)
	b.Load(wasm.I32Load8U, 0)
	b.Tee(character)
	b.Const(minus)
	b.Op(wasm.I32Eq)
	b.Tee(negative)
	b.Get(character)
	b.Const(plus)
	b.Op(wasm.I32Eq, wasm.I32Or)
	b.Get(at)
	b.Op(wasm.I32Add)
	b.Tee(at)
	b.Get(end)
	b.Op(wasm.I32GeU)
	b.BranchIf(0)
	b.Get(end)
	b.Get(at)
	b.Op(wasm.I32Sub)
	b.Const(mostDigits)
	b.Op(wasm.I32GtU)
	b.BranchIf(0)
	b.Loop()
	{
		b.Get(at)
		b.Load(wasm.I32Load8U, 0)
		b.Set(character)
		b.Block()
		b.Get(character)
		b.Const(point)
		b.Op(wasm.I32Ne)
		b.BranchIf(0)
		b.Get(past)
		b.BranchIf(2)
		b.Const(1)
		b.Set(past)
		b.Const(zero)
		b.Set(character)
		b.End()
		b.Get(character)
		b.Const(zero)
		b.Op(wasm.I32Sub)
		b.Tee(character)
		b.Const(nine)
		b.Op(wasm.I32GtU)
		b.BranchIf(1)
		b.Get(past)
		b.If()
		b.Get(character)
		b.BranchIf(2)
		b.Else()
		// Beyond any array already: it must not come round again.
		b.Get(index)
		b.Const(1 << 27)
		b.Op(wasm.I32GeU)
		b.BranchIf(2)
		b.Get(index)
		b.Const(10)
		b.Op(wasm.I32Mul)
		b.Get(character)
		b.Op(wasm.I32Add)
		b.Set(index)
		b.End()
		b.Get(at)
		b.Const(1)
		b.Op(wasm.I32Add)
		b.Tee(at)
		b.Get(end)
		b.Op(wasm.I32LtU)
		b.BranchIf(0)
	}
	b.End()
	b.Get(negative)
	b.Get(index)
	b.Const(0)
	b.Op(wasm.I32Ne, wasm.I32And)
	b.BranchIf(0)
	b.Get(index)
	b.Get(array)
	b.Load(wasm.I32Load, arrayLength)
	b.Op(wasm.I32GeU)
	b.BranchIf(0)
	b.Get(array)
	b.Load(wasm.I32Load, elements)
	b.Get(index)
	b.Const(3)
	b.Op(wasm.I32Shl, wasm.I32Add)
	b.Load(wasm.I32Load, 4)
	b.Return()
	b.End()
	b.Const(0)
	b.Return()
}

// resolve finishes a body whose references are indices.
func resolve(b *wasm.Body) ([]byte, error) {
	code, err := b.Finish()
	for _, ref := range b.References {
		wasm.PutFixed(code[ref.At:], uint32(ref.To.(int)))
	}
	return code, err
}
