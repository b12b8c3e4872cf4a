package library

import (
	"bytes"
	"regexp"
	"slices"
	"testing"

	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// loops counts the loops over bytes, all the others, and the returns.
func loops(o outline) (inner, outer, returns int) {
	for _, m := range o.marks {
		switch {
		case m.inner:
			inner++
		case m.loop:
			outer++
		default:
			returns++
		}
	}
	return inner, outer, returns
}

func outlined(t *testing.T, body []byte) outline {
	t.Helper()
	o, err := outlineOf(body)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestEveryLoopIsCounted(t *testing.T) {
	plain, lib := made(t)
	before, after := parsed(t, plain), parsed(t, lib.Code)
	// The global of the ordered scans and the end of the base document come first.
	counter := meter{fuel: before.globals.count + 2}
	refuel := counter.refuelBody(before.index["opa_builtin0"])
	counter.refuel = after.imported + slices.IndexFunc(after.bodies, func(body []byte) bool { return bytes.Equal(body, refuel) })
	step := counter.step(nil)
	for i, body := range before.bodies {
		name := before.names[before.imported+i]
		if planned.MatchString(name) {
			continue
		}
		inner, outer, _ := loops(outlined(t, body))
		nowInner, nowOuter, returns := loops(outlined(t, after.bodies[i]))
		if nowInner+nowOuter != inner+outer {
			t.Errorf("%s: %d loops became %d", name, inner+outer, nowInner+nowOuter)
		}
		_, paid := lengths[name]
		if lexer.MatchString(name) || paid {
			continue
		}
		if got := bytes.Count(after.bodies[i], step); got != outer {
			t.Errorf("%s: %d steps are counted, not %d", name, got, outer)
		}
		if inner > 0 && returns > 0 {
			t.Errorf("%s: %d returns pass by the payment", name, returns)
		}
		if payment := []byte{wasm.I32Const, innerShift, wasm.I32ShrU, wasm.If}; bytes.Contains(after.bodies[i], payment) != (inner > 0) {
			t.Errorf("%s: %d loops over bytes, paid %v", name, inner, inner == 0)
		}
	}
}

// A function that is named for its length and has another one would pay for something else.
func TestWhatPaysByLengthIsInTheLibrary(t *testing.T) {
	m := parsed(t, whole(t))
	signatures := m.signatures()
	for name, l := range lengths {
		index, ok := m.index[name]
		if !ok || int(l.parameter) >= signatures[index-m.imported].parameters {
			t.Errorf("%s: known %v", name, ok)
		}
	}
}

// All JSON text is paid for before its characters are read.
func TestOnlyWhatPaidReadsJSON(t *testing.T) {
	m := parsed(t, whole(t))
	within := regexp.MustCompile(`^opa_(json_(lex|parse)|value_parse$)`)
	for i, body := range m.bodies {
		name := m.names[m.imported+i]
		for _, c := range outlined(t, body).calls {
			if lexer.MatchString(m.names[c.callee]) && !within.MatchString(name) {
				t.Errorf("%s calls %s", name, m.names[c.callee])
			}
		}
	}
}

func TestTheCounterIsExported(t *testing.T) {
	_, lib := made(t)
	if m := parsed(t, lib.Code); !bytes.Contains(m.exports.entries, append(wasm.AppendSized(nil, []byte(Fuel)), wasm.GlobalKind)) {
		t.Error("no export")
	}
}

func TestAGlobalSectionIsMadeWhereThereIsNone(t *testing.T) {
	m := &module{sections: []section{{id: wasm.TypeSection}, {id: wasm.ExportSection}, {id: wasm.CodeSection}}}
	if index := m.addCounter(Fuel, 1); index != 0 {
		t.Errorf("got global %d", index)
	}
	var ids []byte
	for _, s := range m.sections {
		ids = append(ids, s.id)
	}
	if !slices.Equal(ids, []byte{wasm.TypeSection, wasm.GlobalSection, wasm.ExportSection, wasm.CodeSection}) {
		t.Errorf("sections %v", ids)
	}
}
