// Package diagnostics turns OPA's errors into findings with a place and the source line.
package diagnostics

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// Codes of findings that are ours and not OPA's.
const (
	RefusedBuiltin  = "rego_refused_builtin"
	DuplicateModule = "module_duplicate"
	TooManyModules  = "module_count"
	PlanError       = "rego_plan_error"
	InvalidData     = "data_invalid"
	InvalidFilter   = "test_filter_invalid"
	InvalidVersion  = "rego_version_invalid"
	// StrictFinding is what only a strict compile objects to: unused imports and variables and the like.
	StrictFinding = "rego_strict"
	// EnginesDiffer is what the gateway may answer otherwise than OPA's interpreter.
	EnginesDiffer = "engines_differ"
)

// List gathers findings for one set of modules.
type List struct {
	texts map[string]string
	items []protocol.Diagnostic
}

func NewList(modules []protocol.Module) *List {
	texts := make(map[string]string, len(modules))
	for _, m := range modules {
		texts[m.Path] = m.Text
	}
	return &List{texts: texts}
}

func (l *List) Empty() bool { return len(l.items) == 0 }

// At adds an error at a place; loc may be nil.
func (l *List) At(code, message string, loc *ast.Location) { l.add("error", code, message, loc) }

// Warn adds a warning at a place.
func (l *List) Warn(code, message string, loc *ast.Location) {
	l.add(severityWarning, code, message, loc)
}

func (l *List) add(severity, code, message string, loc *ast.Location) {
	d := protocol.Diagnostic{Severity: severity, Code: code, Message: Clip(message, protocol.MaxMessageBytes)}
	if loc != nil {
		d.File, d.Row, d.Col = loc.File, loc.Row, loc.Col
		if d.Col == 0 {
			d.Row, d.Col = endOf(l.texts[d.File], d.Row)
		}
		d.Line = l.LineOf(d.File, d.Row)
		if n := utf8.RuneCount(loc.Text); n > 0 && !strings.Contains(string(loc.Text), "\n") {
			d.EndCol = loc.Col + n
		}
	}
	l.items = append(l.items, d)
}

// ErrorLimit is given to OPA's compiler in place of its ten: people are told how many errors there are.
const ErrorLimit = 100_000

// limitReached is what OPA's compiler adds to the errors when it stops there. It has no place, and it is no finding.
const limitReached = "error limit reached"

// Hinted is At with what to do about it; hint may be empty.
func (l *List) Hinted(code, message, hint string, loc *ast.Location) {
	l.At(code, message, loc)
	l.items[len(l.items)-1].Hint = hint
}

// WarnHinted is Warn with what to do about it.
func (l *List) WarnHinted(code, message, hint string, loc *ast.Location) {
	l.Warn(code, message, loc)
	l.items[len(l.items)-1].Hint = hint
}

// Add takes whatever OPA returned; what is no list of OPA's errors gets the fallback code.
func (l *List) Add(err error, fallback string) {
	var many ast.Errors
	var one *ast.Error
	switch {
	case errors.As(err, &many):
		for _, e := range many {
			l.addOne(e)
		}
	case errors.As(err, &one):
		l.addOne(one)
	default:
		l.At(fallback, err.Error(), nil)
	}
}

func (l *List) addOne(e *ast.Error) {
	if e.Message == limitReached && e.Location == nil {
		return
	}
	// OPA puts the places of a conflict on lines of their own; a message is one line.
	message := strings.ReplaceAll(e.Message, "\n  ", " ")
	// The parser's details repeat the source line, which is carried on its own; others say what was expected.
	if _, parser := e.Details.(*ast.ParserErrorDetail); !parser && e.Details != nil {
		for _, line := range e.Details.Lines() {
			if detail := inLine(line); detail != "" && !strings.Contains(message, detail) {
				message += "; " + detail
			}
		}
	}
	l.At(e.Code, strings.ReplaceAll(message, HostedPrefix, ""), e.Location)
}

// labelled are details whose colons OPA aligns below each other.
var labelled = regexp.MustCompile(`^([a-z]+) +: `)

// inLine is a line of OPA's details as a part of a message: carets point at the line above, which is not there.
func inLine(line string) string {
	return labelled.ReplaceAllString(strings.Trim(line, " \t^"), "$1: ")
}

// HostedPrefix begins the name under which a module imports a native built-in that the host answers instead. People
// never wrote it, so it never reaches a message.
const HostedPrefix = "__hosted__."

// endOf is the place behind the last character that can be seen up to a row: the parser says of a text that ends too early only that it ends.
func endOf(text string, row int) (int, int) {
	lines := strings.Split(text, "\n")
	for at := min(row, len(lines)); at > 0; at-- {
		if line := strings.TrimRight(lines[at-1], " \t\r"); line != "" {
			return at, utf8.RuneCountInString(line) + 1
		}
	}
	return 1, 1
}

// LineOf is a source line, shortened to what a terminal can show.
func (l *List) LineOf(file string, row int) string {
	return LineAt(l.texts[file], row)
}

// LineAt is the row of a text, counted from 1.
func LineAt(text string, row int) string {
	for ; row > 1; row-- {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			return ""
		}
		text = text[i+1:]
	}
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	text = strings.TrimSuffix(text, "\r")
	return Clip(text, protocol.MaxLineBytes)
}

// Sorted is the bounded answer: by place, without repetitions, never nil.
func (l *List) Sorted() []protocol.Diagnostic {
	items, _ := l.Bounded(0)
	return items
}

// Bounded is the same with another bound, 0 meaning the usual one, and with how many findings are beyond it.
func (l *List) Bounded(limit int) ([]protocol.Diagnostic, int) {
	limit = min(max(cmp.Or(limit, protocol.MaxDiagnostics), 1), protocol.MaxDiagnosticsAsked)
	items := slices.Clone(l.items)
	slices.SortFunc(items, func(a, b protocol.Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message),
		)
	})
	kept := items[:0]
	for i, d := range items {
		if i+1 == len(items) || !begins(d, items[i+1]) {
			kept = append(kept, d)
		}
	}
	items = kept
	omitted := max(0, len(items)-limit)
	items = items[:len(items)-omitted]
	if items == nil {
		items = []protocol.Diagnostic{}
	}
	return items, omitted
}

// begins tells whether the next finding in order is this one again, or says it and more: of a text that ends too early the parser says that
// it ends, and then once more together with what it misses.
func begins(d, next protocol.Diagnostic) bool {
	if d == next {
		return true
	}
	same := d.File == next.File && d.Row == next.Row && d.Col == next.Col && d.Code == next.Code
	return same && strings.HasPrefix(next.Message, d.Message+": ")
}

// Clip cuts between characters.
func Clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}
