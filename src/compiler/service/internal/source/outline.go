package source

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Kinds of rules, by what they make.
const (
	kindComplete = "complete"
	kindFunction = "function"
	kindObject   = "object"
	kindSet      = "set"
)

// Outline says what one clause is, for comparing two versions of a module.
type Outline struct {
	Kind string
	// Default is the value of a `default` clause as Rego text.
	Default string
	// Digest is equal for clauses that mean the same but for comments and layout.
	Digest string
	whole  Digest
}

// digestBytes are 64 bits: enough to tell the versions of one rule apart.
const digestBytes = 8

func outlinesOf(module *ast.Module) []Outline {
	outlines := make([]Outline, len(module.Rules))
	for i, rule := range module.Rules {
		sum := sha256.Sum256([]byte(rule.String()))
		outlines[i] = Outline{Kind: kindOf(rule), Digest: hex.EncodeToString(sum[:digestBytes]), whole: sum}
		if rule.Default && rule.Head.Value != nil {
			outlines[i].Default = rule.Head.Value.String()
		}
	}
	return outlines
}

func kindOf(rule *ast.Rule) string {
	switch {
	case len(rule.Head.Args) > 0:
		return kindFunction
	case rule.Head.RuleKind() == ast.MultiValue:
		return kindSet
	case !rule.Head.Ref().IsGround():
		return kindObject
	default:
		return kindComplete
	}
}
