// Package rpc serves JSON-RPC 2.0 with LSP framing: bounded, cancellable, and never ended by a panic in a handler.
package rpc

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/sourcegraph/jsonrpc2"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// Method answers one request. What it returns as error is a protocol failure, never a finding about a policy.
type Method func(ctx context.Context, params json.RawMessage) (any, error)

// Handler adapts a typed function to a Method.
func Handler[P, R any](fn func(context.Context, P) (R, error)) Method {
	return func(ctx context.Context, raw json.RawMessage) (any, error) {
		var params P
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &params); err != nil {
				return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: err.Error()}
			}
		}
		return fn(ctx, params)
	}
}

type server struct {
	methods map[string]Method
	stream  jsonrpc2.ObjectStream
	slots   chan struct{}

	mu      sync.Mutex
	running map[jsonrpc2.ID]context.CancelFunc
}

// Serve answers requests until the stream ends. Each request runs in its own goroutine; no more than twice the
// processors compute at once, the rest wait.
func Serve(ctx context.Context, stream io.ReadWriteCloser, methods map[string]Method) {
	s := &server{
		methods: methods,
		stream:  jsonrpc2.NewBufferedStream(stream, codec{}),
		slots:   make(chan struct{}, 2*runtime.NumCPU()),
		running: map[jsonrpc2.ID]context.CancelFunc{},
	}
	logger := log.New(os.Stderr, "rego-compiler: ", 0)
	conn := jsonrpc2.NewConn(ctx, s.stream, s, jsonrpc2.SetLogger(logger))
	<-conn.DisconnectNotify()
}

// Handle implements jsonrpc2.Handler. It runs on the reading goroutine, so the cancellation of a request that was
// read later always finds it registered.
func (s *server) Handle(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request) {
	if req.Notif {
		s.notified(req)
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	s.running[req.ID] = cancel
	s.mu.Unlock()
	go func() {
		defer s.forget(req.ID, cancel)
		s.answer(ctx, conn, req)
	}()
}

func (s *server) forget(id jsonrpc2.ID, cancel context.CancelFunc) {
	s.mu.Lock()
	delete(s.running, id)
	s.mu.Unlock()
	cancel()
}

func (s *server) notified(req *jsonrpc2.Request) {
	if req.Method != "$/cancelRequest" || req.Params == nil {
		return
	}
	var params struct {
		ID jsonrpc2.ID `json:"id"`
	}
	if json.Unmarshal(*req.Params, &params) != nil {
		return
	}
	s.mu.Lock()
	cancel := s.running[params.ID]
	s.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

type outcome struct {
	result any
	err    error
}

// answer replies as soon as the request is cancelled, even when the work cannot be stopped; the work keeps its slot
// until it really ends, so that cancelled work still counts against the bound.
func (s *server) answer(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request) {
	done := make(chan outcome, 1)
	select {
	case s.slots <- struct{}{}:
		go func() {
			defer func() { <-s.slots }()
			result, err := s.call(ctx, req)
			done <- outcome{result, err}
		}()
	case <-ctx.Done():
	}
	var out outcome
	select {
	case out = <-done:
	case <-ctx.Done():
		out.err = &jsonrpc2.Error{Code: protocol.CodeCancelled, Message: "request cancelled"}
	}
	if out.err != nil {
		s.fail(ctx, conn, req, out.err)
		return
	}
	r, err := newReply(req.ID, out.result)
	if err != nil {
		s.fail(ctx, conn, req, err)
		return
	}
	// Where it cannot be written nobody is there any more.
	_ = s.stream.WriteObject(r)
}

func (s *server) fail(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request, err error) {
	coded, ok := err.(*jsonrpc2.Error)
	if !ok {
		coded = &jsonrpc2.Error{Code: jsonrpc2.CodeInternalError, Message: err.Error()}
	}
	_ = conn.ReplyWithError(context.WithoutCancel(ctx), req.ID, coded)
}

func (s *server) call(ctx context.Context, req *jsonrpc2.Request) (result any, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			fmt.Fprintf(os.Stderr, "rego-compiler: panic in %s: %v\n%s", req.Method, thrown, debug.Stack())
			result, err = nil, &jsonrpc2.Error{Code: protocol.CodePanic, Message: fmt.Sprintf("panic in %s: %v", req.Method, thrown)}
		}
	}()
	method, ok := s.methods[req.Method]
	if !ok {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeMethodNotFound, Message: "unknown method " + req.Method}
	}
	if req.Params == nil {
		return method(ctx, nil)
	}
	if len(*req.Params) > protocol.MaxParamsBytes {
		return nil, &jsonrpc2.Error{Code: protocol.CodeTooLarge, Message: fmt.Sprintf("request of %d bytes, at most %d are taken", len(*req.Params), protocol.MaxParamsBytes)}
	}
	return method(ctx, *req.Params)
}
