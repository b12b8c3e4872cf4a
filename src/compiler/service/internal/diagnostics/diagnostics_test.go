package diagnostics

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

func TestWhatIsShownIsBoundedAndWhole(t *testing.T) {
	text := "first\r\n" + strings.Repeat("é", 1000)
	found := NewList([]protocol.Module{{Path: "a.rego", Text: text}})
	found.At("code", strings.Repeat("ü", 5000), &ast.Location{File: "a.rego", Row: 2, Col: 1, Text: []byte("é")})
	d := found.Sorted()[0]
	if len(d.Line) > protocol.MaxLineBytes || len(d.Message) > protocol.MaxMessageBytes || !utf8.ValidString(d.Line+d.Message) || d.EndCol != 2 {
		t.Errorf("got %d bytes of line, %d of message, end %d", len(d.Line), len(d.Message), d.EndCol)
	}
	for row, want := range map[int]string{1: "first", 3: "", 99: ""} {
		if got := LineAt(text, row); got != want {
			t.Errorf("row %d: expected %q, got %q", row, want, got)
		}
	}
}

func TestTheEndOfATextIsAPlaceInIt(t *testing.T) {
	for text, want := range map[string][2]int{"package a\nallow if {\n": {2, 11}, "package ä  \n\n\t\n": {1, 10}, "": {1, 1}} {
		found := NewList([]protocol.Module{{Path: "a.rego", Text: text}})
		found.At("code", "unexpected eof token", &ast.Location{File: "a.rego", Row: strings.Count(text, "\n") + 1})
		if d := found.Sorted()[0]; d.Row != want[0] || d.Col != want[1] || d.Line != LineAt(text, want[0]) {
			t.Errorf("%q: got %d:%d %q", text, d.Row, d.Col, d.Line)
		}
	}
}

func TestWhatBeginsAnotherFindingAtItsPlaceIsNotSaidTwice(t *testing.T) {
	found := NewList(nil)
	at := &ast.Location{File: "a.rego", Row: 1, Col: 3}
	found.At("code", "unexpected end: expected a value", at)
	found.At("code", "unexpected end", at)
	found.At("code", "unexpected end", &ast.Location{File: "a.rego", Row: 2, Col: 3})
	if d := found.Sorted(); len(d) != 2 || d[0].Message != "unexpected end: expected a value" || d[1].Row != 2 {
		t.Errorf("got %+v", d)
	}
}

func TestRepetitionsAndStrangersInTheList(t *testing.T) {
	found := NewList(nil)
	found.Add(ast.NewError("b", nil, "twice"), "fallback")
	found.Add(ast.Errors{ast.NewError("b", nil, "twice"), ast.NewError("a", nil, "once")}, "fallback")
	found.Add(errors.New("plain"), "fallback")
	var codes []string
	for _, d := range found.Sorted() {
		codes = append(codes, d.Code)
	}
	if got := strings.Join(codes, " "); got != "a b fallback" {
		t.Errorf("got %s", got)
	}
}

func TestDetailsOfOPAAreOneLine(t *testing.T) {
	for source, want := range map[string]string{
		"package a\nx := {\"a\": 1}\ny := x.b.c\n": `undefined ref: data.a.x.b.c; have: "b"; want (one of): ["a"]`,
		"package a\nf(x) := x\ny := f.b\n":         `function data.a.f.b used as reference, not called; have: (any) => any`,
		"package a\ny if 1 == \"one\"\n":           `match error; left: number; right: string`,
		// The three question marks are OPA's own print of a type that it does not know yet: that of y.
		"package a\ny := count(1)\n": `count: invalid argument(s); have: (number, ???); want: (collection: any<...>, n: number)`,
	} {
		compiler := ast.NewCompiler()
		compiler.Compile(map[string]*ast.Module{"a.rego": ast.MustParseModule(source)})
		found := NewList(nil)
		found.Add(compiler.Errors, "fallback")
		if d := found.Sorted(); len(d) != 1 || d[0].Message != want {
			t.Errorf("%s: got %+v", source, d)
		}
	}
}
