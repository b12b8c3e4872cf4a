package relink

import "fmt"

// Opcodes that are told apart.
const (
	opBlock, opLoop, opIf, opEnd = 0x02, 0x03, 0x04, 0x0b
	opBranch, opReturn           = 0x0c, 0x0f
	opCall, opCallIndirect       = 0x10, 0x11
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
	r := &reader{bytes: body}
	for groups := r.leb(); groups > 0 && r.err == nil; groups-- {
		r.leb()
		r.byte()
	}
	o := outline{entry: r.at}
	var blocks []bool // true for a loop
	var loops []int
	for r.more() {
		op := r.byte()
		switch op {
		case opBlock, opLoop, opIf:
			r.skipLEB()
			blocks = append(blocks, op == opLoop)
			if op == opLoop {
				o.occupy(loops)
				loops = append(loops[:len(loops):len(loops)], len(o.marks))
				o.marks = append(o.marks, mark{at: r.at, loop: true, inner: true})
			}
		case opEnd:
			if last := len(blocks) - 1; last >= 0 {
				if blocks[last] {
					loops = loops[:len(loops)-1]
				}
				blocks = blocks[:last]
			}
		case opReturn:
			o.marks = append(o.marks, mark{at: r.at - 1, around: len(blocks)})
		case opCall:
			start := r.at
			callee := r.leb()
			o.calls = append(o.calls, call{start, r.at, callee, loops})
			o.occupy(loops)
		case opCallIndirect:
			r.skipLEB()
			r.skipLEB()
			o.occupy(loops)
		default:
			skipImmediates(r, op)
		}
	}
	return o, r.err
}

// occupy notes that the loops hold a call or a loop.
func (o *outline) occupy(loops []int) {
	for _, l := range loops {
		o.marks[l].inner = false
	}
}

// skipImmediates steps over the operands of an instruction other than blocks and calls.
func skipImmediates(r *reader, op byte) {
	switch {
	case op == 0x0e: // br_table
		for targets := r.leb() + 1; targets > 0 && r.err == nil; targets-- {
			r.leb()
		}
	case op == 0x1c: // select with types
		r.take(r.leb())
	case op >= 0x28 && op <= 0x3e: // loads and stores
		r.skipLEB()
		r.skipLEB()
	case op == opBranch, op == 0x0d, op >= 0x20 && op <= 0x26, op >= 0x3f && op <= 0x42, op == 0xd0, op == 0xd2:
		r.skipLEB()
	case op == 0x43:
		r.take(4)
	case op == 0x44:
		r.take(8)
	case op == 0xfc:
		skipExtended(r)
	case op > 0xd2:
		r.fail(fmt.Errorf("unknown instruction 0x%x", op))
	}
}

func skipExtended(r *reader) {
	switch op := r.leb(); op {
	case 8, 10, 12, 14: // memory.init, memory.copy, table.init, table.copy
		r.skipLEB()
		r.skipLEB()
	case 9, 11, 13, 15, 16, 17:
		r.skipLEB()
	}
}

// redirect writes the body with other callees; 0 keeps a callee, which no import of the host needs.
func redirect(body []byte, found []call, callee func(call) (int, bool)) []byte {
	var out []byte
	copied := 0
	for _, c := range found {
		if other, ok := callee(c); ok {
			out = appendLEB(append(out, body[copied:c.start]...), other)
			copied = c.end
		}
	}
	if copied == 0 {
		return body
	}
	return append(out, body[copied:]...)
}
