package library

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"

	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// Fuel is the exported global that counts down; the host sets it at the start of an evaluation.
const Fuel = "fuel"

// Rounds of a loop that neither calls anything nor holds a loop are over single bytes or words and take about a
// nanosecond. They count in a local, because counting in memory shows, and are paid at the end of the function, one step
// for each 1<<innerShift of them. Such a loop ends with the bytes that it is over.
const innerShift = 6

// lengths names functions whose loops are over as many bytes as a parameter says. They pay at the start, one step for each
// 1<<shift bytes, and their loops are not counted: half of what counting costs would be here.
var lengths = map[string]struct{ parameter, shift byte }{
	"memcmp":          {2, 6},
	"memcpy":          {2, 6},
	"memmove":         {2, 6},
	"memset":          {2, 6},
	"opa_json_parse":  {1, 3},
	"opa_strncmp":     {2, 6},
	"opa_value_parse": {1, 3},
}

// lexer matches the functions that read the characters of JSON text, each of them once or twice; opa_json_parse and
// opa_value_parse paid for all of it. What reads the members of arrays and objects is counted like everything else.
var lexer = regexp.MustCompile(`^opa_json_(lex_.*|parse_string)$`)

type meter struct {
	fuel, refuel int
}

// meter makes the module count its steps, so that the host can end an evaluation from within: in every loop of every
// function. Those of policies, which can call each other many times without a loop, count at their start as well. Recursion inside of the library ends with the depth of its values, or passes through loops.
func (m *module) meter() error {
	host, ok := m.index["opa_builtin0"]
	if !ok {
		return errors.New("a module that does not import opa_builtin0")
	}
	signatures := m.signatures()
	if len(signatures) != len(m.bodies) {
		return fmt.Errorf("%d functions with %d bodies", len(signatures), len(m.bodies))
	}
	t := meter{fuel: m.addCounter(Fuel, math.MaxInt32)}
	t.refuel = m.addFunction(0, 0, t.refuelBody(host))
	m.export(Refuel, wasm.FunctionKind, t.refuel)
	for i, s := range signatures {
		name := m.names[m.imported+i]
		if lexer.MatchString(name) {
			continue
		}
		metered, err := t.metered(m.bodies[i], s, name)
		if err != nil {
			return fmt.Errorf("function %s: %w", name, err)
		}
		m.bodies[i] = metered
	}
	return nil
}

func (t meter) metered(body []byte, s signature, name string) ([]byte, error) {
	o, err := outlineOf(body)
	if err != nil {
		return nil, err
	}
	if l, ok := lengths[name]; ok {
		out := t.payment(bytes.Clone(body[:o.entry]), int(l.parameter), l.shift)
		return append(out, body[o.entry:]...), nil
	}
	declaration, start := body[:o.entry], []byte(nil)
	local := 0
	wrapped := slices.ContainsFunc(o.marks, func(m mark) bool { return m.inner })
	if wrapped {
		if len(s.results) > 1 {
			return nil, fmt.Errorf("%d results", len(s.results))
		}
		if declaration, local, err = withLocal(declaration, s.parameters); err != nil {
			return nil, err
		}
		// All of it becomes one block, which is left where the function was.
		start = append(start, wasm.Block, blockType(s.results))
	}
	out := slices.Concat(declaration, start)
	at := o.entry
	for _, m := range o.marks {
		out = append(out, body[at:m.at]...)
		at = m.at
		switch {
		case m.inner:
			out = count(out, local)
		case m.loop:
			out = t.step(out)
		case wrapped:
			out = wasm.AppendLEB(append(out, wasm.Branch), m.around)
			at++
		}
	}
	out = append(out, body[at:]...)
	if wrapped {
		out = append(t.payment(out, local, innerShift), wasm.End)
	}
	return out, nil
}

func blockType(results []byte) byte {
	if len(results) == 0 {
		return wasm.NoResult
	}
	return results[0]
}

// withLocal gives the declaration of locals with one wasm.I32 more, which is zero at first, and its index.
func withLocal(declaration []byte, parameters int) ([]byte, int, error) {
	r := &wasm.Reader{Bytes: declaration}
	groups, index := r.LEB(), parameters
	first := r.At
	for r.More() {
		index += r.LEB()
		r.Byte()
	}
	out := append(wasm.AppendLEB(nil, groups+1), declaration[first:]...)
	return append(out, oneLocalWord, wasm.I32), index, r.Err
}

// count adds one round to the local.
func count(out []byte, local int) []byte {
	out = wasm.AppendLEB(append(out, wasm.LocalGet), local)
	return wasm.AppendLEB(append(out, wasm.I32Const, 1, wasm.I32Add, wasm.LocalSet), local)
}

// step pays one step, without a local: in a loop that calls something, a local would be saved around every call.
func (t meter) step(out []byte) []byte {
	out = wasm.AppendLEB(append(out, wasm.GlobalGet), t.fuel)
	return t.settle(append(out, wasm.I32Const, 1))
}

// payment pays one step for each 1<<shift that the local counts, if there are any.
func (t meter) payment(out []byte, local int, shift byte) []byte {
	out = wasm.AppendLEB(append(out, wasm.LocalGet), local)
	out = append(out, wasm.I32Const, shift, wasm.I32ShrU, wasm.If, wasm.NoResult)
	out = wasm.AppendLEB(append(out, wasm.GlobalGet), t.fuel)
	out = wasm.AppendLEB(append(out, wasm.LocalGet), local)
	return append(t.settle(append(out, wasm.I32Const, shift, wasm.I32ShrU)), wasm.End)
}

// settle takes the upper operand off the lower one, which is the fuel, and asks for more where that ends below zero.
func (t meter) settle(out []byte) []byte {
	out = wasm.AppendLEB(append(out, wasm.I32Sub, wasm.GlobalSet), t.fuel)
	out = wasm.AppendLEB(append(out, wasm.GlobalGet), t.fuel)
	out = append(out, wasm.I32Const, 0, wasm.I32LtS, wasm.If, wasm.NoResult)
	return append(wasm.AppendLEB(append(out, wasm.Call), t.refuel), wasm.End)
}

// refuelBody is refuel(), which sets the fuel to what the host gives; the host throws where there is nothing left.
func (t meter) refuelBody(host int) []byte {
	body := wasm.AppendSigned([]byte{0, wasm.I32Const}, moreFuel)
	body = wasm.AppendLEB(append(body, wasm.I32Const, 0, wasm.Call), host)
	return append(wasm.AppendLEB(append(body, wasm.GlobalSet), t.fuel), wasm.End)
}
