package marks

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
)

// Bounds in bytes of what goes into every answer of a decision.
const maxTitle, maxText = 200, 1_000

// Meaning is what the METADATA of a rule says of its decisions.
type Meaning struct {
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	DoInstead   string `json:"do_instead,omitempty"`
	// HandsOn says that the value may come from another rule that says what it means.
	HandsOn bool `json:"hands_on,omitempty"`
}

// meaningOf reads annotations that are of this very rule.
func meaningOf(rule *ast.Rule) *Meaning {
	for _, a := range rule.Annotations {
		if a.Scope != "rule" {
			continue
		}
		doInstead, _ := a.Custom["do_instead"].(string)
		m := Meaning{Title: bounded(a.Title, maxTitle), Description: bounded(a.Description, maxText), DoInstead: bounded(doInstead, maxText)}
		if m != (Meaning{}) {
			return &m
		}
	}
	return nil
}

func bounded(text string, most int) string {
	clipped := diagnostics.Clip(text, most)
	if len(clipped) < len(text) {
		clipped += "…"
	}
	return clipped
}
