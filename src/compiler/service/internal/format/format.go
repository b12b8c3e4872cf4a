// Package format lays modules out as `opa fmt` does.
package format

import (
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
	version, versionErr := source.Version(params.RegoVersion)
	for _, m := range params.Modules {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found := diagnostics.NewList([]protocol.Module{m})
		file := protocol.FormattedModule{Path: m.Path, Text: m.Text}
		if versionErr != nil {
			found.At(diagnostics.InvalidVersion, versionErr.Error(), nil)
		} else if text, err := format.SourceWithOpts(m.Path, []byte(m.Text), format.Opts{
			RegoVersion:   version,
			ParserOptions: &ast.ParserOptions{RegoVersion: version},
		}); err != nil {
			found.Add(err, "rego_format_error")
		} else if string(text) != m.Text {
			file.Changed, file.Text = true, string(text)
			if params.Diff {
				file.Diff = string(diff.Diff(m.Path, []byte(m.Text), m.Path, text))
			}
		}
		file.Diagnostics = found.Sorted()
		answer.Files = append(answer.Files, file)
	}
	return answer, nil
}
