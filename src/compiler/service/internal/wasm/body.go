package wasm

import (
	"errors"
	"fmt"
	"slices"
)

// Signature is what a function takes and gives: words only, and at most one.
type Signature struct {
	Parameters int
	Result     bool
}

// Reference is a place in a body whose number is known when the module is put together.
type Reference struct {
	At int
	To any
}

// Body is the code of a function in the making. It checks what it is given as an engine would: every instruction finds its
// operands, and every block ends with what it promised. The first error sticks.
type Body struct {
	Signature  Signature
	References []Reference
	code       []byte
	locals     []byte
	stack      []byte
	blocks     []frame
	err        error
}

type frame struct {
	height int
	result bool
	loop   bool
	// dead: what follows is never reached, so that nothing is missing there.
	dead bool
}

func NewBody(signature Signature) *Body {
	return &Body{Signature: signature, blocks: []frame{{result: signature.Result}}}
}

func (b *Body) fail(format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf(format, args...)
	}
}

func (b *Body) top() *frame { return &b.blocks[len(b.blocks)-1] }

func (b *Body) push(kind byte) { b.stack = append(b.stack, kind) }

func (b *Body) pop(kind byte) {
	last := len(b.stack) - 1
	switch {
	case last < b.top().height:
		if !b.top().dead {
			b.fail("not enough operands on the stack at byte %d", len(b.code))
		}
	case b.stack[last] != kind:
		b.fail("an operand of another type at byte %d", len(b.code))
	default:
		b.stack = b.stack[:last]
	}
}

// Local adds a local of the type, which is zero at first.
func (b *Body) Local(kind byte) int {
	b.locals = append(b.locals, kind)
	return b.Signature.Parameters + len(b.locals) - 1
}

func (b *Body) kindOf(local int) byte {
	switch at := local - b.Signature.Parameters; {
	case local < 0 || at >= len(b.locals):
		b.fail("no local %d", local)
		return I32
	case at < 0:
		return I32
	default:
		return b.locals[at]
	}
}

// Locals is the number of the parameters and the locals.
func (b *Body) Locals() int { return b.Signature.Parameters + len(b.locals) }

func (b *Body) Get(local int) {
	b.code = AppendLEB(append(b.code, LocalGet), local)
	b.push(b.kindOf(local))
}

func (b *Body) Set(local int) {
	b.pop(b.kindOf(local))
	b.code = AppendLEB(append(b.code, LocalSet), local)
}

func (b *Body) Tee(local int) {
	b.pop(b.kindOf(local))
	b.code = AppendLEB(append(b.code, LocalTee), local)
	b.push(b.kindOf(local))
}

func (b *Body) Const(value int) {
	b.code = AppendSigned(append(b.code, I32Const), int(int32(value)))
	b.push(I32)
}

func (b *Body) Const64(value int64) {
	b.code = AppendSigned(append(b.code, I64Const), int(value))
	b.push(I64)
}

// ConstOf is a word that is known later.
func (b *Body) ConstOf(to any) {
	b.code = append(b.code, I32Const)
	b.refer(to)
	b.push(I32)
}

func (b *Body) refer(to any) {
	b.References = append(b.References, Reference{len(b.code), to})
	b.code = append(b.code, 0x80, 0x80, 0x80, 0x80, 0x00)
}

// CallTo calls a function whose index is known later. The signature is checked here.
func (b *Body) CallTo(to any, s Signature) {
	for range s.Parameters {
		b.pop(I32)
	}
	b.code = append(b.code, Call)
	b.refer(to)
	if s.Result {
		b.push(I32)
	}
}

// CallWide calls a function whose last parameter is a long word, with a word before it or not.
func (b *Body) CallWide(to any, result, before bool) {
	b.pop(I64)
	if before {
		b.pop(I32)
	}
	b.code = append(b.code, Call)
	b.refer(to)
	if result {
		b.push(I32)
	}
}

// CallTable calls the function that the table holds at the word on top of the operands.
func (b *Body) CallTable(kind any, s Signature) {
	b.pop(I32)
	for range s.Parameters {
		b.pop(I32)
	}
	b.code = append(b.code, CallIndirect)
	b.refer(kind)
	b.code = append(b.code, 0)
	if s.Result {
		b.push(I32)
	}
}

// Global reads a global of the type whose index is known later.
func (b *Body) Global(to any, kind byte) {
	b.code = append(b.code, GlobalGet)
	b.refer(to)
	b.push(kind)
}

func (b *Body) SetGlobal(to any, kind byte) {
	b.pop(kind)
	b.code = append(b.code, GlobalSet)
	b.refer(to)
}

// Load reads memory at the address on the stack plus the offset.
func (b *Body) Load(op byte, offset int) {
	b.pop(I32)
	b.code = AppendLEB(append(b.code, op, 0), offset)
	if op == I64Load {
		b.push(I64)
	} else {
		b.push(I32)
	}
}

func (b *Body) Store(op byte, offset int) {
	if op == I64Store {
		b.pop(I64)
	} else {
		b.pop(I32)
	}
	b.pop(I32)
	b.code = AppendLEB(append(b.code, op, 0), offset)
}

// Fill sets as many bytes as the word on top says, from an address on, to a value: address, value and length are on the stack.
func (b *Body) Fill() {
	const extended, memoryFill = 0xfc, 11
	for range 3 {
		b.pop(I32)
	}
	b.code = append(b.code, extended, memoryFill, 0)
}

// operands of the plain instructions: what they take, and what they give.
var operands = map[byte]struct {
	takes []byte
	gives byte
}{
	I32Eqz: {[]byte{I32}, I32}, I64Eq: {[]byte{I64, I64}, I32}, I64Add: {[]byte{I64, I64}, I64},
	Select: {[]byte{I32, I32, I32}, I32}, Drop: {[]byte{I32}, 0},
}

// Op is an instruction without immediates: those above, and those that make one word of two.
func (b *Body) Op(ops ...byte) {
	for _, op := range ops {
		o, ok := operands[op]
		if !ok {
			o.takes, o.gives = []byte{I32, I32}, I32
		}
		for _, kind := range o.takes {
			b.pop(kind)
		}
		b.code = append(b.code, op)
		if o.gives != 0 {
			b.push(o.gives)
		}
	}
}

func (b *Body) open(op byte, result bool) {
	kind := NoResult
	if result {
		kind = I32
	}
	b.code = append(b.code, op, kind)
	b.blocks = append(b.blocks, frame{height: len(b.stack), result: result, loop: op == Loop})
}

func (b *Body) Block()  { b.open(Block, false) }
func (b *Body) Loop()   { b.open(Loop, false) }
func (b *Body) If()     { b.pop(I32); b.open(If, false) }
func (b *Body) IfWord() { b.pop(I32); b.open(If, true) }

// settle ends what is in the innermost block.
func (b *Body) settle() frame {
	f := *b.top()
	if f.result {
		b.pop(I32)
	}
	if len(b.stack) != f.height {
		b.fail("%d operands left at byte %d", len(b.stack)-f.height, len(b.code))
	}
	b.stack = b.stack[:f.height]
	return f
}

func (b *Body) Else() {
	f := b.settle()
	f.dead = false
	*b.top() = f
	b.code = append(b.code, Else)
}

func (b *Body) End() {
	if len(b.blocks) == 1 {
		b.fail("a block that was never opened ends")
		return
	}
	f := b.settle()
	b.blocks = b.blocks[:len(b.blocks)-1]
	b.code = append(b.code, End)
	if f.result {
		b.push(I32)
	}
}

// Depth is the number of open blocks.
func (b *Body) Depth() int { return len(b.blocks) - 1 }

// die marks that nothing behind is reached.
func (b *Body) die() {
	b.top().dead = true
	b.stack = b.stack[:b.top().height]
}

func (b *Body) target(label int) {
	if label < 0 || label >= len(b.blocks) {
		b.fail("a branch out of %d blocks", label)
	} else if f := b.blocks[len(b.blocks)-1-label]; f.result && !f.loop {
		b.fail("a branch without the result of its block")
	}
}

func (b *Body) Branch(label int) {
	b.target(label)
	b.code = AppendLEB(append(b.code, Branch), label)
	b.die()
}

func (b *Body) BranchIf(label int) {
	b.pop(I32)
	b.target(label)
	b.code = AppendLEB(append(b.code, BranchIf), label)
}

// BranchTable branches to the label first + i for the word i on top, and to the other one for words of count or more.
func (b *Body) BranchTable(first, count, other int) {
	b.pop(I32)
	b.code = AppendLEB(append(b.code, BranchByTable), count)
	for i := range count {
		b.target(first + i)
		b.code = AppendLEB(b.code, first+i)
	}
	b.target(other)
	b.code = AppendLEB(b.code, other)
	b.die()
}

func (b *Body) Return() {
	if b.Signature.Result {
		b.pop(I32)
	}
	b.code = append(b.code, Return)
	b.die()
}

func (b *Body) Unreachable() {
	b.code = append(b.code, Unreachable)
	b.die()
}

// maxLocals and maxBytes are the bounds of V8 for one function.
const (
	maxLocals = 50_000
	maxBytes  = 7_654_321
)

// Finish gives the body as a module holds it, with the places of the references moved to it. Nothing may be added then.
func (b *Body) Finish() ([]byte, error) {
	f := b.settle()
	switch {
	case b.err != nil:
		return nil, b.err
	case len(b.blocks) != 1 || f.height != 0:
		return nil, errors.New("a block does not end")
	case b.Locals() > maxLocals:
		return nil, fmt.Errorf("%d local values, at most %d are possible", b.Locals(), maxLocals)
	case len(b.code) > maxBytes:
		return nil, fmt.Errorf("%d bytes of code, at most %d are possible", len(b.code), maxBytes)
	}
	head := b.declaration()
	for i := range b.References {
		b.References[i].At += len(head)
	}
	return append(slices.Concat(head, b.code), End), nil
}

// declaration lists the locals in runs of one type.
func (b *Body) declaration() []byte {
	groups := 0
	var out []byte
	for i := 0; i < len(b.locals); groups++ {
		n := i
		for n < len(b.locals) && b.locals[n] == b.locals[i] {
			n++
		}
		out = append(AppendLEB(out, n-i), b.locals[i])
		i = n
	}
	return append(AppendLEB(nil, groups), out...)
}
