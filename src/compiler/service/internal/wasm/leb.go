// Package wasm reads and writes the binary format of WebAssembly, as far as modules are made or changed here.
package wasm

import (
	"errors"
	"fmt"
)

var errTruncated = errors.New("the module ends too early")

// Reader walks over bytes of a WebAssembly module. The first error sticks.
type Reader struct {
	Bytes []byte
	At    int
	Err   error
}

func (r *Reader) More() bool { return r.Err == nil && r.At < len(r.Bytes) }

func (r *Reader) Fail(err error) {
	if r.Err == nil {
		r.Err = err
	}
}

func (r *Reader) Byte() byte {
	if r.Err != nil || r.At >= len(r.Bytes) {
		r.Fail(errTruncated)
		return 0
	}
	b := r.Bytes[r.At]
	r.At++
	return b
}

func (r *Reader) Take(n int) []byte {
	if r.Err != nil || n < 0 || n > len(r.Bytes)-r.At {
		r.Fail(errTruncated)
		return nil
	}
	r.At += n
	return r.Bytes[r.At-n : r.At]
}

// LEB reads an unsigned number of at most 32 bits.
func (r *Reader) LEB() int {
	var value uint64
	for shift := 0; ; shift += 7 {
		b := r.Byte()
		value |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return int(value)
		}
		if shift > 28 {
			r.Fail(fmt.Errorf("a number at byte %d is too long", r.At))
			return 0
		}
	}
}

// Signed reads a signed number of at most 64 bits.
func (r *Reader) Signed() int64 {
	var value int64
	for shift := 0; shift < 70; shift += 7 {
		b := r.Byte()
		value |= int64(b&0x7f) << shift
		if b < 0x80 {
			if b&0x40 != 0 && shift < 57 {
				value |= -1 << (shift + 7)
			}
			return value
		}
	}
	r.Fail(fmt.Errorf("a number at byte %d is too long", r.At))
	return 0
}

// SkipLEB steps over a number of any width and sign.
func (r *Reader) SkipLEB() {
	for r.Byte() >= 0x80 {
	}
}

func (r *Reader) Name() string { return string(r.Take(r.LEB())) }

func AppendLEB(out []byte, value int) []byte {
	for ; value >= 0x80; value >>= 7 {
		out = append(out, byte(value)|0x80)
	}
	return append(out, byte(value))
}

func AppendSigned(out []byte, value int) []byte {
	for {
		b := byte(value & 0x7f)
		value >>= 7
		if (value == 0 && b&0x40 == 0) || (value == -1 && b&0x40 != 0) {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

func AppendSized(out, content []byte) []byte {
	return append(AppendLEB(out, len(content)), content...)
}

// fixedWidth is how long a number of 32 bits is when it is to be overwritten later.
const fixedWidth = 5

// PutFixed overwrites a number of fixed width, which must not be negative: one spelling serves signed and unsigned.
func PutFixed(at []byte, value uint32) {
	for i := range fixedWidth - 1 {
		at[i] = byte(value>>(7*i))&0x7f | 0x80
	}
	at[fixedWidth-1] = byte(value >> (7 * (fixedWidth - 1)))
}
