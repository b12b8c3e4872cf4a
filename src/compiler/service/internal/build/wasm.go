package build

import (
	"context"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/emit"
	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/plan"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

type job struct {
	trees   []*ast.Module
	version ast.RegoVersion
	caps    *ast.Capabilities
	// declared are the built-ins that OPA does not know by itself.
	declared    []*ast.Builtin
	entrypoints []protocol.Entrypoint
	// packages are those whose names can be asked for.
	packages [][]string
	prints   bool
}

type product struct {
	wasm              []byte
	library           string
	compileMs, planMs float64
}

// compileWasm compiles and plans the modules with OPA, and makes WebAssembly of the plan.
func compileWasm(ctx context.Context, j job) (made product, err error) {
	started := time.Now()
	modules := make(map[string]*ast.Module, len(j.trees))
	for _, tree := range j.trees {
		modules[tree.Package.Location.File] = tree
	}
	compiler := ast.NewCompiler().WithCapabilities(j.caps).WithDefaultRegoVersion(j.version).WithEnablePrintStatements(j.prints)
	compiler.Compile(modules)
	made.compileMs = milliseconds(time.Since(started))
	if compiler.Failed() {
		return made, compiler.Errors
	}
	started = time.Now()
	lib, err := library.Load()
	if err != nil {
		return made, err
	}
	made.library = lib.ID
	made.wasm, err = assemble(ctx, lib, compiler, j)
	made.planMs = milliseconds(time.Since(started))
	return made, err
}

func assemble(ctx context.Context, lib *library.Library, compiler *ast.Compiler, j job) ([]byte, error) {
	policy, err := plan.Everything(ctx, compiler, j.declared)
	if err != nil {
		return nil, err
	}
	functions, err := emit.Functions(lib, policy)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(j.entrypoints))
	for i, e := range j.entrypoints {
		names[i] = e.Path
	}
	entries, shared, err := emit.Documents(lib, functions, j.packages, names)
	if err != nil {
		return nil, err
	}
	return emit.Link(lib, &emit.Program{Functions: append(functions, shared...), Entries: entries, Builtins: policy.Static.BuiltinFuncs})
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}
