package eval

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"defenseclaw-gateway/rego-compiler/internal/compact"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// partial gives what is left of a query while some documents are not known, as the result of OPA's Compile API.
func partial(ctx context.Context, setup []func(*rego.Rego), asked protocol.Partial, input ast.Value) (string, error) {
	setup = append(setup, rego.DisableInlining(asked.DisableInlining), rego.NondeterministicBuiltins(asked.Nondeterministic))
	if input != nil {
		setup = append(setup, rego.ParsedInput(input))
	}
	if len(asked.Unknowns) > 0 {
		unknowns := make([]*ast.Term, len(asked.Unknowns))
		for i, text := range asked.Unknowns {
			term, err := ast.ParseTerm(text)
			if err != nil {
				return "", err
			}
			unknowns[i] = term
		}
		setup = append(setup, rego.ParsedUnknowns(unknowns))
	}
	left, err := rego.New(setup...).Partial(ctx)
	if err != nil {
		return "", err
	}
	return compact.JSON(struct {
		Queries []ast.Body    `json:"queries,omitempty"`
		Support []*ast.Module `json:"support,omitempty"`
	}{left.Queries, left.Support})
}

func named(builtins []string) map[string]struct{} {
	set := make(map[string]struct{}, len(builtins))
	for _, name := range builtins {
		set[name] = struct{}{}
	}
	return set
}
