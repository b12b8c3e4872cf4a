// Command rego-compiler compiles, checks, tests and formats Rego for the gateway. It speaks JSON-RPC on stdin and
// stdout, reads no file, opens no socket of its own, and ends when its stdin does.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"defenseclaw-gateway/rego-compiler/internal/rpc"
	"defenseclaw-gateway/rego-compiler/internal/service"
)

// Most of what a build allocates is garbage at once. Collecting half as often as the default took six modules from 27 to
// 21 ms and a hundred from 190 to 113 ms on two busy processors. The limit is soft: it makes collections more frequent.
const (
	gcPercent   = 200
	memoryLimit = 1 << 30
)

func main() {
	// Terminals and supervisors signal the whole process group. The gateway drains or reloads on that and still needs this process; it
	// ends by stdin.
	signal.Ignore(os.Interrupt, syscall.SIGHUP, syscall.SIGTERM)
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(memoryLimit)
	rpc.Serve(context.Background(), stdio{}, service.Methods())
}

type stdio struct{}

func (stdio) Read(p []byte) (int, error)  { return os.Stdin.Read(p) }
func (stdio) Write(p []byte) (int, error) { return os.Stdout.Write(p) }
func (stdio) Close() error                { return os.Stdin.Close() }
