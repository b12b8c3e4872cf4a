package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/sourcegraph/jsonrpc2"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

type echo struct {
	Text string `json:"text"`
}

func connect(t *testing.T, methods map[string]Method) (*jsonrpc2.Conn, <-chan struct{}) {
	t.Helper()
	here, there := net.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		Serve(context.Background(), there, methods)
	}()
	nothing := jsonrpc2.HandlerWithError(func(context.Context, *jsonrpc2.Conn, *jsonrpc2.Request) (any, error) { return nil, nil })
	conn := jsonrpc2.NewConn(context.Background(), jsonrpc2.NewBufferedStream(here, jsonrpc2.VSCodeObjectCodec{}), nothing)
	t.Cleanup(func() { _ = conn.Close() })
	return conn, served
}

func codeOf(err error) int64 {
	var coded *jsonrpc2.Error
	if errors.As(err, &coded) {
		return coded.Code
	}
	return 0
}

func TestFailuresAreCodedAndTheServerGoesOn(t *testing.T) {
	conn, _ := connect(t, map[string]Method{
		"echo":  Handler(func(_ context.Context, p echo) (echo, error) { return p, nil }),
		"panic": Handler(func(context.Context, echo) (echo, error) { panic("deliberate") }),
		"error": Handler(func(context.Context, echo) (echo, error) { return echo{}, errors.New("broken") }),
	})
	for _, tc := range []struct {
		method string
		params any
		code   int64
	}{
		{"panic", echo{}, protocol.CodePanic},
		{"error", echo{}, jsonrpc2.CodeInternalError},
		{"nope", echo{}, jsonrpc2.CodeMethodNotFound},
		{"echo", []int{1}, jsonrpc2.CodeInvalidParams},
	} {
		if err := conn.Call(t.Context(), tc.method, tc.params, nil); codeOf(err) != tc.code {
			t.Errorf("%s: expected code %d, got %v", tc.method, tc.code, err)
		}
	}
	var answer echo
	if err := conn.Call(t.Context(), "echo", echo{strings.Repeat("é", 1<<20)}, &answer); err != nil || len(answer.Text) != 2<<20 {
		t.Errorf("got %d bytes, %v", len(answer.Text), err)
	}
}

func TestCancellationAnswersAtOnceAndReachesTheWork(t *testing.T) {
	began, stopped := make(chan struct{}), make(chan struct{})
	conn, _ := connect(t, map[string]Method{
		"wait": Handler(func(ctx context.Context, _ echo) (echo, error) {
			close(began)
			<-ctx.Done()
			close(stopped)
			return echo{}, nil
		}),
	})
	id := jsonrpc2.ID{Num: 77}
	call, err := conn.DispatchCall(t.Context(), "wait", echo{}, jsonrpc2.PickID(id))
	if err != nil {
		t.Fatal(err)
	}
	<-began
	if err := conn.Notify(t.Context(), "$/cancelRequest", map[string]any{"id": 77}); err != nil {
		t.Fatal(err)
	}
	if err := call.Wait(t.Context(), nil); codeOf(err) != protocol.CodeCancelled {
		t.Errorf("expected %d, got %v", protocol.CodeCancelled, err)
	}
	<-stopped
}

func TestRequestsRunSideBySide(t *testing.T) {
	meet := make(chan struct{})
	conn, _ := connect(t, map[string]Method{
		"meet": func(context.Context, json.RawMessage) (any, error) {
			select {
			case meet <- struct{}{}:
			case <-meet:
			}
			return nil, nil
		},
	})
	first, err := conn.DispatchCall(t.Context(), "meet", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Call(t.Context(), "meet", nil, nil); err != nil {
		t.Error(err)
	}
	if err := first.Wait(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestTheServerEndsWithItsStream(t *testing.T) {
	conn, served := connect(t, nil)
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	<-served
}
