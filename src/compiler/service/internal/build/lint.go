package build

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/check"
	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/references"
	"defenseclaw-gateway/rego-compiler/internal/source"
	"defenseclaw-gateway/rego-compiler/internal/units"
)

// maxLinted is the number of modules up to which a build is linted: it takes some 10 ms for each hundred, and an edit of a large set
// builds a few of its modules only, while the first lint is of all.
const maxLinted = 200

// findings are what could be better about modules that can be built.
type findings struct {
	warnings   []protocol.Diagnostic
	references []protocol.Reference
}

// sound is what is told of a unit that a strict compile has nothing against.
type sound struct {
	warnings   []protocol.Diagnostic
	references map[string][]protocol.Reference
}

// soundKey names a unit, and all that a strict compile of it looks at.
type soundKey struct {
	name    string
	text    source.Digest
	version ast.RegoVersion
}

func keyOf(unit *units.Unit, set *source.Set) soundKey {
	return soundKey{unit.Packages[0], unit.Text, set.Version}
}

// linted remembers the units of the last two sets that a strict compile had nothing against: an edit lints what it changed, and what
// refers to that. Where there is something against one of them OPA stops at the first kind of fault, whichever module has it, and what it
// then says of the others is known of the whole set only.
type linted struct {
	twoSets[soundKey, sound]
}

// lint looks at the modules beside their build. The function that it gives waits for what was found.
func (l *linted) lint(set *source.Set, divided *units.Units, params protocol.BuildParams) func() findings {
	none := findings{[]protocol.Diagnostic{}, []protocol.Reference{}}
	if !params.Lint || len(set.Modules) > maxLinted {
		return func() findings { return none }
	}
	done := make(chan findings, 1)
	go func() {
		found := none
		// The build meets the same fault of OPA's, and tells of it.
		defer func() { _ = recover(); done <- found }()
		var all *strict
		// Tests are numbered, and what asks for them has no text.
		if !params.Tests {
			known, ok := findings{}, false
			if known, all, ok = l.inPart(set, divided, params.Modules); ok {
				found = known
				return
			}
		}
		if whole, ok := whole(set, params.Modules, all); ok {
			found = whole
		}
	}()
	return func() findings { return <-done }
}

// strict is a strict compile, and what it said.
type strict struct {
	compiler *ast.Compiler
	found    *diagnostics.List
}

func strictly(set *source.Set, modules []protocol.Module) *strict {
	found := diagnostics.NewList(modules)
	return &strict{check.Compile(set, true, found), found}
}

// inPart lints the units that are not known to be sound. It gives nothing when one of them is not, but what it compiled where that was all.
func (l *linted) inPart(set *source.Set, divided *units.Units, modules []protocol.Module) (findings, *strict, bool) {
	all := make(map[soundKey]sound, len(divided.All))
	var missing []int
	for at, unit := range divided.All {
		key := keyOf(unit, set)
		if known, ok := l.of(key); ok {
			all[key] = known
		} else {
			missing = append(missing, at)
		}
	}
	if len(missing) > 0 {
		closure := divided.Closure(missing)
		compiled := strictly(divided.Subset(set, closure), modules)
		if compiled.compiler.Failed() {
			if len(closure) < len(divided.All) {
				compiled = nil
			}
			return findings{}, compiled, false
		}
		for _, at := range missing {
			all[keyOf(divided.All[at], set)] = soundnessOf(divided.Subset(set, []int{at}), compiled.compiler, modules)
		}
	}
	l.replace(all)
	warnings := make([][]protocol.Diagnostic, 0, len(all))
	byFile := map[string][]protocol.Reference{}
	for _, of := range all {
		warnings = append(warnings, of.warnings)
		for file, found := range of.references {
			byFile[file] = found
		}
	}
	return findings{diagnostics.Joined(warnings...), references.Joined(byFile)}, nil, true
}

func soundnessOf(unit *source.Set, compiler *ast.Compiler, modules []protocol.Module) sound {
	differences := diagnostics.NewList(modules)
	check.Differences(unit, differences)
	found := sound{differences.Warnings(), make(map[string][]protocol.Reference, len(unit.Modules))}
	for _, m := range unit.Modules {
		found.references[m.Path] = references.OfFile(compiler, m.Path)
	}
	return found
}

func whole(set *source.Set, modules []protocol.Module, compiled *strict) (findings, bool) {
	if compiled == nil {
		compiled = strictly(set, modules)
	}
	compiler, found := compiled.compiler, compiled.found
	usual := diagnostics.NewList(modules)
	if compiler.Failed() {
		compiler = check.Compile(set, false, usual)
	}
	if compiler.Failed() {
		return findings{}, false
	}
	found.Without(usual)
	check.Differences(set, found)
	return findings{found.Warnings(), references.Of(compiler)}, true
}
