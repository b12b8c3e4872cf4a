package eval

import (
	"bytes"
	"encoding/json"

	"github.com/open-policy-agent/opa/v1/ast"
)

// JSON prints a value as OPA answers it: sets as sorted arrays, keys sorted, numbers as written, nothing escaped that
// JSON does not ask for.
func JSON(value ast.Value) (string, error) {
	plain, err := ast.JSONWithOpt(value, ast.JSONOpt{SortSets: true})
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(plain); err != nil {
		return "", err
	}
	return string(bytes.TrimRight(out.Bytes(), "\n")), nil
}
