// Package compact writes JSON as OPA answers it.
package compact

import (
	"bytes"
	"encoding/json"
)

// JSON is a value in one line, nothing escaped that JSON does not ask for.
func JSON(value any) (string, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return string(bytes.TrimRight(out.Bytes(), "\n")), nil
}
