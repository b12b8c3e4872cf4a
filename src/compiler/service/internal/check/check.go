// Package check finds what is wrong with modules without compiling them to anything.
package check

import (
	"context"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/builtins"
	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/hints"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/references"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// Run answers a `check` request. Test modules may mention every built-in: they run on OPA itself.
func Run(ctx context.Context, cache *source.Cache, params protocol.CheckParams) (*protocol.CheckResult, error) {
	found := diagnostics.NewList(params.Modules)
	set, complete := cache.Parse(params.Modules, params.RegoVersion, found)
	answer := &protocol.CheckResult{}
	if set != nil {
		answer.Stats = set.Stats
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	answer.Warnings, answer.References = []protocol.Diagnostic{}, []protocol.Reference{}
	if !complete {
		hints.Version(params.Modules, params.RegoVersion, found)
	} else {
		host := builtins.Host{Hosted: params.Hosted, Allowable: params.Allowable}.Mocking(set, IsTestFile)
		host.Refuse(set, found, IsTestFile)
		if compiler := Compile(set, false, found); !compiler.Failed() {
			answer.References = references.Of(compiler)
		}
		if params.Strict == nil || *params.Strict {
			strict := diagnostics.NewList(params.Modules)
			Compile(set, true, strict)
			strict.Without(found)
			Differences(set, strict)
			hints.Inputs(set, params.Inputs, strict)
			answer.Warnings = strict.Warnings()
		}
		hints.Add(set, found, host.Allows)
	}
	answer.OK = found.Empty()
	answer.Diagnostics, answer.Omitted = found.Bounded(params.MaxDiagnostics)
	return answer, nil
}

// IsTestFile goes by OPA's naming: such a module is never served.
func IsTestFile(path string) bool {
	return strings.HasSuffix(path, "_test.rego")
}

// Compile runs OPA's semantic checks with every built-in known, and adds all errors to found.
func Compile(set *source.Set, strict bool, found *diagnostics.List) *ast.Compiler {
	c := ast.NewCompiler().
		WithCapabilities(ast.CapabilitiesForThisVersion(ast.CapabilitiesRegoVersion(set.Version))).
		WithDefaultRegoVersion(set.Version).
		WithStrict(strict).
		WithEnablePrintStatements(true).
		SetErrorLimit(diagnostics.ErrorLimit)
	if c.Compile(set.Trees()); c.Failed() {
		found.Add(placed(c), ast.CompileErr)
	}
	return c
}
