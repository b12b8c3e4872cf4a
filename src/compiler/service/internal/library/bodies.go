package library

import "defenseclaw-gateway/rego-compiler/internal/wasm"

// How the library lays values out: their types, and where things stand in them.
const (
	numberType, stringType, arrayType, objectType, setType = 3, 4, 5, 6, 7

	internedStringType = 8
	collectionTypes    = 2
	lengthOffset       = 12
	textLengthOffset   = 4
	wordAlignment      = 2

	oneLocalWord, wordLocalsGroup = 1, 1
)

// callees are the functions that a wrapper calls.
type callees struct{ native, host, integer, compare int }

// wrapper calls a native, unless its guard says otherwise, and takes the host's answer to the same arguments where there
// is none.
func wrapper(n native, calls callees, number int) []byte {
	result := byte(n.arity)
	body := []byte{wordLocalsGroup, oneLocalWord, wasm.I32}
	body = n.guard.appendTo(body, calls)
	body = arguments(body, n.arity)
	body = wasm.AppendLEB(append(body, wasm.Call), calls.native)
	body = append(body, wasm.LocalSet, result)
	if n.guard != never {
		body = append(body, wasm.End)
	}
	body = append(body, wasm.LocalGet, result, wasm.I32Eqz, wasm.If, wasm.NoResult)
	body = wasm.AppendSigned(append(body, wasm.I32Const), number)
	body = append(body, wasm.I32Const, 0)
	body = arguments(body, n.arity)
	body = wasm.AppendLEB(append(body, wasm.Call), calls.host)
	return append(body, wasm.LocalSet, result, wasm.End, wasm.LocalGet, result, wasm.End)
}

// appendTo opens a block for what is to happen to other operands than the guarded ones.
func (g guard) appendTo(body []byte, calls callees) []byte {
	switch g {
	case setOperand:
		return append(body, wasm.LocalGet, 1, wasm.I32Load8U, 0, 0, wasm.I32Const, setType, wasm.I32Ne, wasm.If, wasm.NoResult)
	case emptyOperand:
		return append(body, wasm.LocalGet, 1, wasm.I32Load, wordAlignment, textLengthOffset, wasm.If, wasm.NoResult)
	case zeroOperand:
		// A number may be zero in many ways of writing it.
		body = append(body, wasm.LocalGet, 1, wasm.I64Const, 0)
		body = wasm.AppendLEB(append(body, wasm.Call), calls.integer)
		body = wasm.AppendLEB(append(body, wasm.Call), calls.compare)
		return append(body, wasm.If, wasm.NoResult)
	default:
		return body
	}
}

func arguments(body []byte, arity int) []byte {
	for i := range arity {
		body = append(body, wasm.LocalGet, byte(i))
	}
	return body
}

// orderedScan(node, previous) asks the host for the member that follows, where there is an order to speak of: in sets and
// objects (types 7 and 6) of two members or more.
func orderedScan(iterate, host int) []byte {
	body := []byte{0}
	body = append(body, wasm.LocalGet, 0, wasm.If, wasm.I32)
	body = append(body, wasm.LocalGet, 0, wasm.I32Load8U, 0, 0, wasm.I32Const, objectType, wasm.I32Sub, wasm.I32Const, collectionTypes, wasm.I32LtU)
	body = append(body, wasm.If, wasm.I32, wasm.LocalGet, 0, wasm.I32Load, wordAlignment, lengthOffset, wasm.I32Const, 1, wasm.I32GtU)
	body = append(body, wasm.Else, wasm.I32Const, 0, wasm.End, wasm.Else, wasm.I32Const, 0, wasm.End)
	body = append(body, wasm.If, wasm.I32)
	body = wasm.AppendSigned(append(body, wasm.I32Const), nextMember)
	body = append(body, wasm.I32Const, 0, wasm.LocalGet, 0, wasm.LocalGet, 1)
	body = wasm.AppendLEB(append(body, wasm.Call), host)
	body = append(body, wasm.Else, wasm.LocalGet, 0, wasm.LocalGet, 1)
	body = wasm.AppendLEB(append(body, wasm.Call), iterate)
	return append(body, wasm.End, wasm.End)
}
