// Command rego-compiler compiles, checks, tests and formats Rego for the gateway. It speaks JSON-RPC on stdin and
// stdout, reads no policy file, opens no socket but to the registries of bundles that it is asked
// to pull from, and ends when its stdin does. `rego-compiler idle PROGRAM` becomes another program, see package idle.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"defenseclaw-gateway/rego-compiler/internal/idle"
	"defenseclaw-gateway/rego-compiler/internal/rpc"
	"defenseclaw-gateway/rego-compiler/internal/service"
)

// Most of what a build allocates is garbage at once. Collecting half as often as the default took six modules from 27 to
// 21 ms and a hundred from 190 to 113 ms on two busy processors. The limits are soft: they make collections more frequent.
const (
	gcPercent   = 200
	memoryLimit = 1 << 30
	// A process that lives for one command ends before it has used as much, and need not collect anything.
	uncollected = 160 << 20
)

func main() {
	// Before anything is set that the other program would go on with.
	if idle.Asked(os.Args) {
		os.Exit(idle.Run(os.Args, os.Stderr))
	}
	// Terminals and supervisors signal the whole process group. The gateway drains or reloads on that and still needs this process; it
	// ends by stdin.
	signal.Ignore(os.Interrupt, syscall.SIGHUP, syscall.SIGTERM)
	collectLate()
	rpc.Serve(context.Background(), stdio{}, service.Methods())
}

// collectLate puts the first collection off, which sets the pace of those that follow.
func collectLate() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(uncollected)
	runtime.AddCleanup(new(pacer), func(struct{}) {
		debug.SetMemoryLimit(memoryLimit)
		debug.SetGCPercent(gcPercent)
	}, struct{}{})
}

// pacer is garbage from the start; it holds a pointer so as to have an allocation of its own.
type pacer struct{ _ *pacer }

type stdio struct{}

func (stdio) Read(p []byte) (int, error)  { return os.Stdin.Read(p) }
func (stdio) Write(p []byte) (int, error) { return os.Stdout.Write(p) }
func (stdio) Close() error                { return os.Stdin.Close() }
