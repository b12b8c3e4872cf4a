package hints

import (
	"cmp"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// Version recognises modules that are written in the other Rego: such a one has one finding instead of one a rule, and the
// first of them all carries the hint.
func Version(modules []protocol.Module, asked string, found *diagnostics.List) {
	broken := map[string]int{}
	found.Revise(func(d *protocol.Diagnostic) bool {
		if d.Code == ast.ParseErr {
			broken[d.File]++
		}
		return true
	})
	other := map[string]ast.RegoVersion{}
	for _, m := range modules {
		if broken[m.Path] == 0 {
			continue
		}
		if version, err := source.Version(cmp.Or(m.RegoVersion, asked)); err == nil && parses(m, otherThan(version)) {
			other[m.Path] = otherThan(version)
		}
	}
	seen, hinted := map[string]struct{}{}, false
	found.Revise(func(d *protocol.Diagnostic) bool {
		readable, is := other[d.File]
		if !is || d.Code != ast.ParseErr {
			return true
		}
		if _, twice := seen[d.File]; twice {
			return false
		}
		seen[d.File] = struct{}{}
		if more := broken[d.File] - 1; more > 0 {
			d.Message += fmt.Sprintf(" (and %d more in this file)", more)
		}
		if !hinted {
			d.Hint, hinted = hintFor(readable, len(other)), true
		}
		return true
	})
}

func otherThan(version ast.RegoVersion) ast.RegoVersion {
	if version == ast.RegoV0 {
		return ast.RegoV1
	}
	return ast.RegoV0
}

func parses(m protocol.Module, version ast.RegoVersion) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	module, err := ast.ParseModuleWithOpts(m.Path, m.Text, ast.ParserOptions{RegoVersion: version, ProcessAnnotation: true})
	return err == nil && module != nil
}

func hintFor(readable ast.RegoVersion, files int) string {
	what := "this looks like Rego v0"
	how := "read it with --v0-compatible (policy.rego_version: v0), or rewrite it: policy fmt --v0-to-v1 --write"
	if readable == ast.RegoV1 {
		what, how = "this looks like Rego v1", "read it without --v0-compatible, policy.rego_version: v0 or a .manifest that says so"
	}
	if files > 1 {
		what += fmt.Sprintf(", as do %d files", files)
	}
	return what + ": " + how
}
