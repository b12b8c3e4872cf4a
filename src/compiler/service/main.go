// Command rego-compiler compiles, checks, tests and formats Rego for the gateway. It speaks JSON-RPC on stdin and
// stdout, reads no policy file, opens no socket but to the registries of bundles that it is asked
// to pull from, and ends when its stdin does. `rego-compiler idle PROGRAM` becomes another program, see package idle.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"defenseclaw-gateway/rego-compiler/internal/idle"
	"defenseclaw-gateway/rego-compiler/internal/pace"
	"defenseclaw-gateway/rego-compiler/internal/rpc"
	"defenseclaw-gateway/rego-compiler/internal/service"
)

func main() {
	// Before anything is set that the other program would go on with.
	if idle.Asked(os.Args) {
		os.Exit(idle.Run(os.Args, os.Stderr))
	}
	// Terminals and supervisors signal the whole process group. The gateway drains or reloads on that and still needs this process; it
	// ends by stdin.
	signal.Ignore(os.Interrupt, syscall.SIGHUP, syscall.SIGTERM)
	pace.Late()
	rpc.Serve(context.Background(), stdio{}, service.Methods())
}

type stdio struct{}

func (stdio) Read(p []byte) (int, error)  { return os.Stdin.Read(p) }
func (stdio) Write(p []byte) (int, error) { return os.Stdout.Write(p) }
func (stdio) Close() error                { return os.Stdin.Close() }
