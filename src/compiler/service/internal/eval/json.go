package eval

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/compact"
)

// JSON prints a value as OPA answers it: sets as sorted arrays, keys sorted, numbers as written, nothing escaped that
// JSON does not ask for.
func JSON(value ast.Value) (string, error) {
	plain, err := ast.JSONWithOpt(value, ast.JSONOpt{SortSets: true})
	if err != nil {
		return "", err
	}
	return compact.JSON(plain)
}
