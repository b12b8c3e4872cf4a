package library

import (
	"fmt"

	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// call is a call in a function body.
type call struct {
	// start and end of the callee's index in the body.
	start, end int
	callee     int
	// loops that enclose it, innermost last, by their marks.
	loops []int
}

// mark is a place in a function body: a return, or where the instructions in a loop begin.
type mark struct {
	at   int
	loop bool
	// around is the number of blocks around a return.
	around int
	// inner tells of a loop that nothing is called in and that holds no loop.
	inner bool
}

// outline is what is to be known about a function body, as positions in it.
type outline struct {
	// entry is where its instructions begin.
	entry int
	// marks in order of appearance.
	marks []mark
	calls []call
}

func outlineOf(body []byte) (outline, error) {
	r := &wasm.Reader{Bytes: body}
	for groups := r.LEB(); groups > 0 && r.Err == nil; groups-- {
		r.LEB()
		r.Byte()
	}
	o := outline{entry: r.At}
	var blocks []bool // true for a loop
	var loops []int
	for r.More() {
		op := r.Byte()
		switch op {
		case wasm.Block, wasm.Loop, wasm.If:
			r.SkipLEB()
			blocks = append(blocks, op == wasm.Loop)
			if op == wasm.Loop {
				o.occupy(loops)
				loops = append(loops[:len(loops):len(loops)], len(o.marks))
				o.marks = append(o.marks, mark{at: r.At, loop: true, inner: true})
			}
		case wasm.End:
			if last := len(blocks) - 1; last >= 0 {
				if blocks[last] {
					loops = loops[:len(loops)-1]
				}
				blocks = blocks[:last]
			}
		case wasm.Return:
			o.marks = append(o.marks, mark{at: r.At - 1, around: len(blocks)})
		case wasm.Call:
			start := r.At
			callee := r.LEB()
			o.calls = append(o.calls, call{start, r.At, callee, loops})
			o.occupy(loops)
		case wasm.CallIndirect:
			r.SkipLEB()
			r.SkipLEB()
			o.occupy(loops)
		default:
			skipImmediates(r, op)
		}
	}
	return o, r.Err
}

// occupy notes that the loops hold a call or a loop.
func (o *outline) occupy(loops []int) {
	for _, l := range loops {
		o.marks[l].inner = false
	}
}

// skipImmediates steps over the operands of an instruction other than blocks and calls.
func skipImmediates(r *wasm.Reader, op byte) {
	switch {
	case op == 0x0e: // br_table
		for targets := r.LEB() + 1; targets > 0 && r.Err == nil; targets-- {
			r.LEB()
		}
	case op == 0x1c: // select with types
		r.Take(r.LEB())
	case op >= 0x28 && op <= 0x3e: // loads and stores
		r.SkipLEB()
		r.SkipLEB()
	case op == wasm.Branch, op == 0x0d, op >= 0x20 && op <= 0x26, op >= 0x3f && op <= 0x42, op == 0xd0, op == 0xd2:
		r.SkipLEB()
	case op == 0x43:
		r.Take(4)
	case op == 0x44:
		r.Take(8)
	case op == 0xfc:
		skipExtended(r)
	case op > 0xd2:
		r.Fail(fmt.Errorf("unknown instruction 0x%x", op))
	}
}

func skipExtended(r *wasm.Reader) {
	switch op := r.LEB(); op {
	case 8, 10, 12, 14: // memory.init, memory.copy, table.init, table.copy
		r.SkipLEB()
		r.SkipLEB()
	case 9, 11, 13, 15, 16, 17:
		r.SkipLEB()
	}
}

// redirect writes the body with other callees; 0 keeps a callee, which no import of the host needs.
func redirect(body []byte, found []call, callee func(call) (int, bool)) []byte {
	var out []byte
	copied := 0
	for _, c := range found {
		if other, ok := callee(c); ok {
			out = wasm.AppendLEB(append(out, body[copied:c.start]...), other)
			copied = c.end
		}
	}
	if copied == 0 {
		return body
	}
	return append(out, body[copied:]...)
}
