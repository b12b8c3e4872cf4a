// Package check finds what is wrong with modules without compiling them to anything.
package check

import (
	"context"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/builtins"
	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
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
	if complete {
		host := builtins.Host{Hosted: params.Hosted}
		host.Refuse(set, found, IsTestFile)
		Compile(set, params.Strict == nil || *params.Strict, found)
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
func Compile(set *source.Set, strict bool, found *diagnostics.List) {
	c := ast.NewCompiler().
		WithCapabilities(ast.CapabilitiesForThisVersion(ast.CapabilitiesRegoVersion(set.Version))).
		WithDefaultRegoVersion(set.Version).
		WithStrict(strict).
		WithEnablePrintStatements(true).
		SetErrorLimit(diagnostics.ErrorLimit)
	if c.Compile(set.Trees()); c.Failed() {
		found.Add(c.Errors, ast.CompileErr)
	}
}
