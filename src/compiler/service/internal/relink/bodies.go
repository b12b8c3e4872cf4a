package relink

// Instructions that the added functions are made of.
const (
	localGet, localSet, localTee  = 0x20, 0x21, 0x22
	globalGet, globalSet          = 0x23, 0x24
	i32Const, i32Eqz, i32ShrU     = 0x41, 0x45, 0x76
	i32Add, i32Sub                = 0x6a, 0x6b
	i32Ne, i32LtS, i32LtU, i32GtU = 0x47, 0x48, 0x49, 0x4b
	i32Load, i32Load8U            = 0x28, 0x2d
	opElse                        = 0x05
	noResult, word                = 0x40, 0x7f
	objectType, setType           = 6, 7
	collectionTypes               = 2
	lengthOffset                  = 12
	textLengthOffset              = 4
	wordAlignment                 = 2
	oneLocalWord, wordLocalsGroup = 1, 1
)

// wrapper calls a native, unless its guard says otherwise, and takes the host's answer to the same arguments where there
// is none.
func wrapper(n native, callee, host, number int) []byte {
	result := byte(n.arity)
	body := []byte{wordLocalsGroup, oneLocalWord, word}
	body = n.guard.appendTo(body)
	body = arguments(body, n.arity)
	body = appendLEB(append(body, opCall), callee)
	body = append(body, localSet, result)
	if n.guard != never {
		body = append(body, opEnd)
	}
	body = append(body, localGet, result, i32Eqz, opIf, noResult)
	body = appendSigned(append(body, i32Const), number)
	body = append(body, i32Const, 0)
	body = arguments(body, n.arity)
	body = appendLEB(append(body, opCall), host)
	return append(body, localSet, result, opEnd, localGet, result, opEnd)
}

// appendTo opens a block for what is to happen to other operands than the guarded ones.
func (g guard) appendTo(body []byte) []byte {
	switch g {
	case setOperand:
		return append(body, localGet, 1, i32Load8U, 0, 0, i32Const, setType, i32Ne, opIf, noResult)
	case emptyOperand:
		return append(body, localGet, 1, i32Load, wordAlignment, textLengthOffset, opIf, noResult)
	default:
		return body
	}
}

func arguments(body []byte, arity int) []byte {
	for i := range arity {
		body = append(body, localGet, byte(i))
	}
	return body
}

// orderedScan(node, previous) asks the host for the member that follows, where there is an order to speak of: in sets and
// objects (types 7 and 6) of two members or more.
func orderedScan(iterate, host int) []byte {
	body := []byte{0}
	body = append(body, localGet, 0, opIf, word)
	body = append(body, localGet, 0, i32Load8U, 0, 0, i32Const, objectType, i32Sub, i32Const, collectionTypes, i32LtU)
	body = append(body, opIf, word, localGet, 0, i32Load, wordAlignment, lengthOffset, i32Const, 1, i32GtU)
	body = append(body, opElse, i32Const, 0, opEnd, opElse, i32Const, 0, opEnd)
	body = append(body, opIf, word)
	body = appendSigned(append(body, i32Const), nextMember)
	body = append(body, i32Const, 0, localGet, 0, localGet, 1)
	body = appendLEB(append(body, opCall), host)
	body = append(body, opElse, localGet, 0, localGet, 1)
	body = appendLEB(append(body, opCall), iterate)
	return append(body, opEnd, opEnd)
}
