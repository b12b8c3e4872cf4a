package build

import (
	"defenseclaw-gateway/rego-compiler/internal/check"
	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/references"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// maxLinted is the number of modules up to which a build is linted: it takes some 10 ms for each hundred, and an edit of a large set
// builds a few of its modules only, while a lint is of all.
const maxLinted = 200

// findings are what could be better about modules that can be built.
type findings struct {
	warnings   []protocol.Diagnostic
	references []protocol.Reference
}

// lint looks at the modules beside their build. The function that it gives waits for what was found.
func lint(set *source.Set, params protocol.BuildParams) func() findings {
	none := findings{[]protocol.Diagnostic{}, []protocol.Reference{}}
	if !params.Lint || len(set.Modules) > maxLinted {
		return func() findings { return none }
	}
	done := make(chan findings, 1)
	go func() {
		found := none
		// The build meets the same fault of OPA's, and tells of it.
		defer func() { _ = recover(); done <- found }()
		strict, usual := diagnostics.NewList(params.Modules), diagnostics.NewList(params.Modules)
		compiler := check.Compile(set, true, strict)
		if compiler.Failed() {
			compiler = check.Compile(set, false, usual)
		}
		if !compiler.Failed() {
			strict.Without(usual)
			check.Differences(set, strict)
			found = findings{strict.Warnings(), references.Of(compiler)}
		}
	}()
	return func() findings { return <-done }
}
