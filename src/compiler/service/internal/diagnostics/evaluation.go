package diagnostics

import (
	"errors"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// ErrorOf keeps code and place of an evaluation error.
func ErrorOf(err error) *protocol.TestError {
	var evaluation *topdown.Error
	if errors.As(err, &evaluation) {
		return coded(evaluation.Code, evaluation.Message, evaluation.Location)
	}
	var many ast.Errors
	if errors.As(err, &many) && len(many) > 0 {
		return coded(many[0].Code, many[0].Message, many[0].Location)
	}
	return &protocol.TestError{Code: "eval_error", Message: err.Error()}
}

func coded(code, message string, loc *ast.Location) *protocol.TestError {
	e := &protocol.TestError{Code: code, Message: message}
	if loc != nil {
		at := Place(loc)
		e.Location = &at
	}
	return e
}

// Place is a location as the protocol carries it.
func Place(loc *ast.Location) protocol.Location {
	return protocol.Location{File: loc.File, Row: loc.Row, Col: loc.Col}
}
