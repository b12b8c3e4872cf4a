package source

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/util"
)

// Document reads JSON text as a base document; empty text is an empty one. Numbers stay as written.
func Document(text string) (map[string]any, error) {
	data := map[string]any{}
	if strings.TrimSpace(text) == "" {
		return data, nil
	}
	return data, util.UnmarshalJSON([]byte(text), &data)
}
