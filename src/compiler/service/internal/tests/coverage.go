package tests

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"

	"defenseclaw-gateway/rego-compiler/internal/check"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// report leaves test files out: they would raise the figure by covering themselves.
func report(covered *cover.Cover, set *source.Set) *protocol.Coverage {
	served := map[string]*ast.Module{}
	for path, tree := range set.Trees() {
		if !check.IsTestFile(path) {
			served[path] = tree
		}
	}
	all := covered.Report(served)
	result := &protocol.Coverage{Files: []protocol.FileCoverage{}}
	for _, m := range set.Modules {
		file := all.Files[m.Path]
		if file == nil || check.IsTestFile(m.Path) {
			continue
		}
		result.CoveredLines += file.CoveredLines
		result.NotCoveredLines += file.NotCoveredLines
		result.Files = append(result.Files, protocol.FileCoverage{
			File: m.Path, Percent: percent(file.CoveredLines, file.NotCoveredLines),
			CoveredLines: file.CoveredLines, NotCoveredLines: file.NotCoveredLines,
			Covered: rows(file.Covered), NotCovered: rows(file.NotCovered),
		})
	}
	result.Percent = percent(result.CoveredLines, result.NotCoveredLines)
	return result
}

// percent of a file without anything to cover is 100: it cannot be better.
func percent(covered, notCovered int) float64 {
	if covered+notCovered == 0 {
		return 100
	}
	return 100 * float64(covered) / float64(covered+notCovered)
}

// rows joins ranges that touch into inclusive pairs of rows.
func rows(ranges []cover.Range) [][2]int {
	joined := [][2]int{}
	for _, r := range ranges {
		if n := len(joined); n > 0 && r.Start.Row <= joined[n-1][1]+1 && r.Start.Row >= joined[n-1][0] {
			joined[n-1][1] = max(joined[n-1][1], r.End.Row)
			continue
		}
		joined = append(joined, [2]int{r.Start.Row, r.End.Row})
	}
	return joined
}
