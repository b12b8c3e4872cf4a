package emit

import (
	"encoding/binary"
)

// How constants look to the library.
const (
	numberType, internedString = 3, 8
	numberBytes, stringBytes   = 24, 16
	wholeNumber, textNumber    = 1, 2
	// Where the address of its text stands in a string and in a number.
	stringText, numberText = 8, 8
	aligned                = 8
	pageBytes              = 65_536
)

// layout is where the constants of a part are, from wherever the part lies: strings, numbers, slots, indices, and texts behind
// them all. Addresses among them are counted from there, too.
type layout struct {
	strings, texts, slots map[string]int
	numbers               map[number]int
	indices               map[*[]string]int
	bytes                 []byte
	// addresses are the words that are addresses.
	addresses []run
}

// run is a number of words at equal distances.
type run struct{ at, count, stride int }

// constants of a part, in the order in which its functions refer to them.
type constants struct {
	strings, texts, slots []string
	whole, spelled        []number
	indices               []*[]string
}

func constantsOf(functions []*Function) constants {
	var c constants
	seen := map[any]struct{}{}
	first := func(to any) bool {
		_, again := seen[to]
		seen[to] = struct{}{}
		return !again
	}
	for _, f := range functions {
		for _, ref := range f.references {
			if !first(ref.To) {
				continue
			}
			switch to := ref.To.(type) {
			case toString:
				c.strings = append(c.strings, string(to))
			case toText:
				c.texts = append(c.texts, string(to))
			case toNumber:
				if to.text == "" {
					c.whole = append(c.whole, number(to))
				} else {
					c.spelled = append(c.spelled, number(to))
				}
			case toSlot:
				c.slots = append(c.slots, string(to))
			case toIndex:
				c.indices = append(c.indices, to.table)
				for _, s := range *to.table {
					if first(toString(s)) {
						c.strings = append(c.strings, s)
					}
				}
			}
		}
	}
	return c
}

func layOut(c constants) *layout {
	y := &layout{
		strings: make(map[string]int, len(c.strings)), texts: make(map[string]int, len(c.strings)), slots: make(map[string]int, len(c.slots)),
		numbers: map[number]int{}, indices: map[*[]string]int{},
	}
	y.addresses = []run{
		{stringText, len(c.strings), stringBytes},
		{len(c.strings)*stringBytes + numberText, len(c.spelled), numberBytes},
	}
	for i, s := range c.strings {
		y.strings[s] = i * stringBytes
	}
	y.bytes = make([]byte, len(c.strings)*stringBytes)
	for _, n := range append(c.spelled, c.whole...) {
		y.numbers[n] = y.room(numberBytes)
	}
	for _, name := range c.slots {
		y.slots[name] = y.room(slotSize)
	}
	at := len(y.bytes)
	for _, table := range c.indices {
		y.indices[table] = len(y.bytes)
		for _, s := range *table {
			y.bytes = binary.LittleEndian.AppendUint32(y.bytes, uint32(y.strings[s]))
		}
	}
	y.addresses = append(y.addresses, run{at, (len(y.bytes) - at) / wordSize, wordSize})
	y.fill(c)
	y.bytes = append(y.bytes, make([]byte, -len(y.bytes)&(aligned-1))...)
	return y
}

func (y *layout) room(size int) int {
	at := len(y.bytes)
	y.bytes = append(y.bytes, make([]byte, size)...)
	return at
}

// fill puts the values into the room for them.
func (y *layout) fill(c constants) {
	word, long := binary.LittleEndian.PutUint32, binary.LittleEndian.PutUint64
	for _, s := range c.strings {
		text := y.text(s)
		value := y.bytes[y.strings[s]:]
		value[0] = internedString
		word(value[4:], uint32(len(s)))
		word(value[stringText:], uint32(text))
	}
	for _, n := range c.spelled {
		text := y.text(n.text)
		value := y.bytes[y.numbers[n]:]
		value[0], value[1] = numberType, textNumber
		word(value[numberText:], uint32(text))
		word(value[12:], uint32(len(n.text)))
	}
	for _, n := range c.whole {
		value := y.bytes[y.numbers[n]:]
		value[0], value[1] = numberType, wholeNumber
		long(value[8:], uint64(n.whole))
	}
	for _, s := range c.texts {
		y.text(s)
	}
}

// text gives the place of a text, which ends with a zero byte.
func (y *layout) text(s string) int {
	if at, ok := y.texts[s]; ok {
		return at
	}
	at := len(y.bytes)
	y.texts[s] = at
	y.bytes = append(append(y.bytes, s...), 0)
	return at
}

// add puts a text behind the rest.
func (y *layout) add(text []byte) int {
	at := len(y.bytes)
	y.bytes = append(y.bytes, text...)
	y.bytes = append(y.bytes, make([]byte, -len(y.bytes)&(aligned-1))...)
	return at
}
