package source

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// codeOf is the text of a module without what its code does not depend on: comments, but for METADATA, and what stands at the end. All that
// is left keeps its row and column, which the code carries along.
func codeOf(text string, comments []*ast.Comment) string {
	var code strings.Builder
	from, annotates := 0, false
	var before *ast.Comment
	for _, comment := range comments {
		place := comment.Location
		switch {
		case ast.IsMetadataComment(comment):
			annotates = true
		case place.Col != 1 || before == nil || before.Location.Row != place.Row-1:
			annotates = false
		}
		before = comment
		if annotates {
			continue
		}
		at := place.Offset
		if at < from || at >= len(text) || text[at] != '#' {
			return text
		}
		code.WriteString(strings.TrimRight(text[from:at], " \t"))
		from = min(at+1+len(comment.Text), len(text))
	}
	code.WriteString(text[from:])
	return strings.TrimRight(code.String(), " \t\r\n")
}
