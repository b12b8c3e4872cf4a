// Command rego-compiler compiles, checks, tests and formats Rego for the gateway. It speaks JSON-RPC on stdin and
// stdout, reads no file, opens no socket of its own, and ends when its stdin does.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"

	"defenseclaw-gateway/rego-compiler/internal/rpc"
	"defenseclaw-gateway/rego-compiler/internal/service"
)

// A build allocates some 50 MB that are garbage at once; collecting four times less often takes a fifth off its time.
const (
	gcPercent   = 400
	memoryLimit = 2 << 30
)

func main() {
	// Ctrl-C reaches the whole process group. The gateway drains on it and still needs this process; it ends by stdin.
	signal.Ignore(os.Interrupt)
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(memoryLimit)
	rpc.Serve(context.Background(), stdio{}, service.Methods())
}

type stdio struct{}

func (stdio) Read(p []byte) (int, error)  { return os.Stdin.Read(p) }
func (stdio) Write(p []byte) (int, error) { return os.Stdout.Write(p) }
func (stdio) Close() error                { return os.Stdin.Close() }
