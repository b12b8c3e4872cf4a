// Package format lays modules out as `opa fmt` does.
package format

import (
	"cmp"
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/rogpeppe/go-internal/diff"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// Run answers a `format` request. A module that cannot be parsed keeps its text and says why.
func Run(ctx context.Context, params protocol.FormatParams) (*protocol.FormatResult, error) {
	answer := &protocol.FormatResult{Files: make([]protocol.FormattedModule, 0, len(params.Modules))}
	for _, m := range params.Modules {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found := diagnostics.NewList([]protocol.Module{m})
		file := protocol.FormattedModule{Path: m.Path, Text: m.Text}
		if text, ok := layOut(m, params, found); ok && text != m.Text {
			file.Changed, file.Text = true, text
			if params.Diff {
				file.Diff = string(diff.Diff(m.Path, []byte(m.Text), m.Path, []byte(text)))
			}
		}
		file.Diagnostics = found.Sorted()
		answer.Files = append(answer.Files, file)
	}
	return answer, nil
}

func layOut(m protocol.Module, params protocol.FormatParams, found *diagnostics.List) (string, bool) {
	version, err := source.Version(cmp.Or(m.RegoVersion, params.RegoVersion))
	target := version
	if err == nil && params.Target != "" {
		target, err = source.Version(params.Target)
	}
	if err != nil {
		found.At(diagnostics.InvalidVersion, err.Error(), nil)
		return "", false
	}
	text, err := render(m, version, target)
	if err != nil && version != target {
		// A folder may be half rewritten already: what is the target's text needs nothing but its layout.
		if again, already := render(m, target, target); already == nil {
			text, err = again, nil
		}
	}
	if err != nil {
		found.Add(err, "rego_format_error")
		return "", false
	}
	return text, true
}

// render writes the module, which is in one version, for another. The text is parsed again: what is written into a file
// must be what the file can be read as.
func render(m protocol.Module, version, target ast.RegoVersion) (string, error) {
	text, err := format.SourceWithOpts(m.Path, []byte(m.Text), format.Opts{
		RegoVersion:                   target,
		ParserOptions:                 &ast.ParserOptions{RegoVersion: version},
		DropRedundantDirectiveImports: version != target,
	})
	if err != nil || version == target {
		return string(text), err
	}
	_, err = ast.ParseModuleWithOpts(m.Path, string(text), ast.ParserOptions{RegoVersion: target})
	return string(text), err
}
