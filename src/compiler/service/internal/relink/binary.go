package relink

import (
	"errors"
	"fmt"
)

var errTruncated = errors.New("the module ends too early")

// reader walks over bytes of a WebAssembly module. The first error sticks.
type reader struct {
	bytes []byte
	at    int
	err   error
}

func (r *reader) more() bool { return r.err == nil && r.at < len(r.bytes) }

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) byte() byte {
	if r.err != nil || r.at >= len(r.bytes) {
		r.fail(errTruncated)
		return 0
	}
	b := r.bytes[r.at]
	r.at++
	return b
}

func (r *reader) take(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.bytes)-r.at {
		r.fail(errTruncated)
		return nil
	}
	r.at += n
	return r.bytes[r.at-n : r.at]
}

// leb reads an unsigned number of at most 32 bits.
func (r *reader) leb() int {
	var value uint64
	for shift := 0; ; shift += 7 {
		b := r.byte()
		value |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return int(value)
		}
		if shift > 28 {
			r.fail(fmt.Errorf("a number at byte %d is too long", r.at))
			return 0
		}
	}
}

// skipLEB steps over a number of any width and sign.
func (r *reader) skipLEB() {
	for r.byte() >= 0x80 {
	}
}

func (r *reader) name() string { return string(r.take(r.leb())) }

func appendLEB(out []byte, value int) []byte {
	for ; value >= 0x80; value >>= 7 {
		out = append(out, byte(value)|0x80)
	}
	return append(out, byte(value))
}

func appendSigned(out []byte, value int) []byte {
	for {
		b := byte(value & 0x7f)
		value >>= 7
		if (value == 0 && b&0x40 == 0) || (value == -1 && b&0x40 != 0) {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

func appendSized(out, content []byte) []byte {
	return append(appendLEB(out, len(content)), content...)
}
