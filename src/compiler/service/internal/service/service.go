// Package service is the method table.
package service

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/version"

	"defenseclaw-gateway/rego-compiler/internal/build"
	"defenseclaw-gateway/rego-compiler/internal/builtins"
	"defenseclaw-gateway/rego-compiler/internal/bundles"
	"defenseclaw-gateway/rego-compiler/internal/check"
	"defenseclaw-gateway/rego-compiler/internal/eval"
	"defenseclaw-gateway/rego-compiler/internal/format"
	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/mine"
	"defenseclaw-gateway/rego-compiler/internal/pace"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/registry"
	"defenseclaw-gateway/rego-compiler/internal/rpc"
	"defenseclaw-gateway/rego-compiler/internal/source"
	"defenseclaw-gateway/rego-compiler/internal/tests"
	"defenseclaw-gateway/rego-compiler/internal/writers"
)

// Methods share one module cache for as long as the process lives.
func Methods() map[string]rpc.Method {
	cache := source.NewCache()
	// The first build needs it, and its making takes longer than the build: it begins while the modules are on their way.
	go func() { _, _ = library.Load() }()
	return map[string]rpc.Method{
		"initialize":   rpc.Handler(initialize),
		"capabilities": rpc.Handler(capabilities),
		"library":      rpc.Handler(libraryModule),
		"build":        rpc.Handler(releasing(build.NewBuilder(cache).Run)),
		"check":        cached(cache, check.Run),
		"test":         rpc.Handler(tests.NewRunner(cache).Run),
		"evaluate":     cached(cache, eval.Run),
		"mine":         cached(cache, mine.Run),
		"format":       rpc.Handler(format.Run),
		"pack":         rpc.Handler(bundles.Pack),
		"unpack":       rpc.Handler(bundles.Unpack),
		"pull":         rpc.Handler(registry.Pull),
		"writers":      rpc.Handler(writers.Ask),
	}
}

func cached[P, R any](cache *source.Cache, run func(context.Context, *source.Cache, P) (R, error)) rpc.Method {
	return rpc.Handler(func(ctx context.Context, params P) (R, error) { return run(ctx, cache, params) })
}

// largeSet is the number of compiled modules above which a build leaves hundreds of megabytes behind.
const largeSet = 500

// releaseAfter is when the memory of a build is given back: a process that lives for one command is gone by then, and what was built serves.
const releaseAfter = 2 * time.Second

// releasing gives the memory of a large build back to the system, and that of the first, which the library was made with: it takes up to
// 0.2 s of processor time, which neither the build of an edit nor whoever waits for what was built has a use for.
func releasing(run buildMethod) buildMethod {
	var first sync.Once
	release := time.AfterFunc(releaseAfter, debug.FreeOSMemory)
	release.Stop()
	return func(ctx context.Context, params protocol.BuildParams) (*protocol.BuildResult, error) {
		pace.RoomFor(textOf(params.Modules))
		answer, err := run(ctx, params)
		first.Do(func() { release.Reset(releaseAfter) })
		if len(params.Modules) > largeSet && (answer == nil || answer.Stats.Compiled > largeSet) {
			release.Reset(releaseAfter)
		}
		return answer, err
	}
}

func textOf(modules []protocol.Module) int {
	bytes := 0
	for _, m := range modules {
		bytes += len(m.Text)
	}
	return bytes
}

type buildMethod = func(context.Context, protocol.BuildParams) (*protocol.BuildResult, error)

func initialize(context.Context, protocol.InitializeParams) (protocol.InitializeResult, error) {
	return protocol.InitializeResult{ProtocolVersion: protocol.Version, OPAVersion: version.Version, GoVersion: runtime.Version()}, nil
}

func libraryModule(context.Context, struct{}) (*protocol.LibraryResult, error) {
	lib, err := library.Load()
	if err != nil {
		return nil, err
	}
	return &protocol.LibraryResult{ID: lib.ID, Code: lib.Code}, nil
}

func capabilities(context.Context, struct{}) (*protocol.CapabilitiesResult, error) {
	all, err := builtins.All()
	if err != nil {
		return nil, err
	}
	caps := ast.CapabilitiesForThisVersion()
	return &protocol.CapabilitiesResult{
		OPAVersion: version.Version, Builtins: all, Features: caps.Features, FutureKeywords: caps.FutureKeywords,
	}, nil
}
