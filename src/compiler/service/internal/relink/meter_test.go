package relink

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero"
)

// Policies that together use most of the library.
var texts = []string{
	"p if input.x == 1",
	"p := 1 / input.x",
	"p := [x | some x in input.s; x > 1]",
	"p := {x: y | walk(input.s, [x, y])}",
	`p := json.marshal(json.unmarshal(input.t))`,
	`p := [sort(input.s), regex.match(input.r, input.t), glob.match(input.r, [], input.t), contains(input.t, "x")]`,
	`p := [numbers.range(1, input.x), object.union(input.a, input.b), graph.reachable(input.g, {"a"})]`,
	`p := [concat(",", input.s), replace(input.t, "a", "b"), split(input.t, ","), upper(input.t), net.cidr_contains(input.c, input.t)]`,
	"f(x) := g(x) + g(x)\ng(x) := x * x\np := f(input.x)",
}

func relinked(t *testing.T, text string) (plain, changed []byte) {
	t.Helper()
	plain = compiled(t, text)
	changed, err := Module(plain)
	if err != nil {
		t.Fatal(err)
	}
	return plain, changed
}

func TestMeteredModulesAreValid(t *testing.T) {
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer func() { _ = runtime.Close(ctx) }()
	for _, text := range texts {
		_, changed := relinked(t, text)
		module, err := runtime.CompileModule(ctx, changed)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		_ = module.Close(ctx)
	}
}

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

func TestEveryLoopAndEveryPlannedFunctionIsCounted(t *testing.T) {
	for _, text := range texts {
		plain, changed := relinked(t, text)
		before, after := parsed(t, plain), parsed(t, changed)
		counter := meter{fuel: before.globals.count}
		refuel := counter.refuelBody(before.index["opa_builtin0"])
		counter.refuel = after.imported + slices.IndexFunc(after.bodies, func(body []byte) bool { return bytes.Equal(body, refuel) })
		step := counter.step(nil)
		for i, body := range before.bodies {
			name := before.names[before.imported+i]
			inner, outer, _ := loops(outlined(t, body))
			nowInner, nowOuter, returns := loops(outlined(t, after.bodies[i]))
			if nowInner+nowOuter != inner+outer {
				t.Errorf("%s: %d loops became %d", name, inner+outer, nowInner+nowOuter)
			}
			_, paid := lengths[name]
			if lexer.MatchString(name) || paid {
				continue
			}
			if planned.MatchString(name) {
				outer++
			}
			if got := bytes.Count(after.bodies[i], step); got != outer {
				t.Errorf("%s: %d steps are counted, not %d", name, got, outer)
			}
			if inner > 0 && returns > 0 {
				t.Errorf("%s: %d returns pass by the payment", name, returns)
			}
			if payment := []byte{i32Const, innerShift, i32ShrU, opIf}; bytes.Contains(after.bodies[i], payment) != (inner > 0) {
				t.Errorf("%s: %d loops over bytes, paid %v", name, inner, inner == 0)
			}
		}
	}
}

// A function that is named for its length and has another one would pay for something else.
func TestWhatPaysByLengthIsInTheLibrary(t *testing.T) {
	m := parsed(t, library(t))
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
	m := parsed(t, library(t))
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
	_, changed := relinked(t, texts[0])
	if m := parsed(t, changed); !bytes.Contains(m.exports.entries, append(appendSized(nil, []byte(Fuel)), globalExport)) {
		t.Error("no export")
	}
}

func TestMeteringIsTheSameEveryTime(t *testing.T) {
	plain := compiled(t, texts[4])
	first, err := Module(slices.Clone(plain))
	if err != nil {
		t.Fatal(err)
	}
	second, err := Module(plain)
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("got %d and %d bytes, %v", len(first), len(second), err)
	}
}

func TestAGlobalSectionIsMadeWhereThereIsNone(t *testing.T) {
	m := &module{sections: []section{{id: typeSection}, {id: exportSection}, {id: codeSection}}}
	if index := m.addCounter(Fuel, 1); index != 0 {
		t.Errorf("got global %d", index)
	}
	var ids []byte
	for _, s := range m.sections {
		ids = append(ids, s.id)
	}
	if !slices.Equal(ids, []byte{typeSection, globalSection, exportSection, codeSection}) {
		t.Errorf("sections %v", ids)
	}
}
