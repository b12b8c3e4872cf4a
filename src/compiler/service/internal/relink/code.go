package relink

import "fmt"

// Opcodes that are told apart.
const (
	opBlock, opLoop, opIf, opEnd = 0x02, 0x03, 0x04, 0x0b
	opCall                       = 0x10
)

// call is a call in a function body.
type call struct {
	// start and end of the callee's index in the body.
	start, end int
	callee     int
	// loops that enclose it, innermost last; numbered in order of appearance.
	loops []int
}

// calls lists the calls in a function body.
func calls(body []byte) ([]call, error) {
	r := &reader{bytes: body}
	for groups := r.leb(); groups > 0 && r.err == nil; groups-- {
		r.leb()
		r.byte()
	}
	var found []call
	var blocks []bool // true for a loop
	var loops []int
	seen := 0
	for r.more() {
		op := r.byte()
		switch op {
		case opBlock, opLoop, opIf:
			r.skipLEB()
			blocks = append(blocks, op == opLoop)
			if op == opLoop {
				loops = append(loops[:len(loops):len(loops)], seen)
				seen++
			}
		case opEnd:
			if last := len(blocks) - 1; last >= 0 {
				if blocks[last] {
					loops = loops[:len(loops)-1]
				}
				blocks = blocks[:last]
			}
		case opCall:
			start := r.at
			callee := r.leb()
			found = append(found, call{start, r.at, callee, loops})
		default:
			skipImmediates(r, op)
		}
	}
	return found, r.err
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
	case op == 0x11, op >= 0x28 && op <= 0x3e: // call_indirect, loads and stores
		r.skipLEB()
		r.skipLEB()
	case op == 0x0c, op == 0x0d, op >= 0x20 && op <= 0x26, op >= 0x3f && op <= 0x42, op == 0xd0, op == 0xd2:
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
