package tests

import (
	"context"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown/builtins"

	"defenseclaw-gateway/rego-compiler/internal/check"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
	"defenseclaw-gateway/rego-compiler/internal/testrule"
)

// maxMissedRules bounds the list, not the count.
const maxMissedRules = 1000

// covering notes what the tests reach. With kinds, every test runs again without the index of rules and without early
// exit: what only those runs reach was left out by the interpreter, not by the tests.
type covering struct {
	reached              *cover.Cover
	noIndex, noEarlyExit *cover.Cover
}

func newCovering(kinds bool) *covering {
	c := &covering{reached: cover.New()}
	if kinds {
		c.noIndex, c.noEarlyExit = cover.New(), cover.New()
		c.reached.AddRun(cover.KindIndexExcluded, c.noIndex)
		c.reached.AddRun(cover.KindEarlyExit, c.noEarlyExit)
	}
	return c
}

// eval evaluates; nothing is noted by a nil covering.
func (c *covering) eval(ctx context.Context, query rego.PreparedEvalQuery, options []rego.EvalOption, txn storage.Transaction) (rego.ResultSet, error) {
	if c == nil {
		return query.Eval(ctx, options...)
	}
	// What is not deterministic is the same in all runs, so that they take the same path.
	same := builtins.NDBCache{}
	results, err := query.Eval(ctx, append(slices.Clip(options), rego.EvalQueryTracer(c.reached), rego.EvalNDBuiltinCache(same))...)
	if err != nil || c.noIndex == nil {
		return results, err
	}
	for _, again := range [][]rego.EvalOption{cover.NoIndexingEvalOptions(c.noIndex, same), cover.NoEarlyExitEvalOptions(c.noEarlyExit, same)} {
		// Their results and errors say nothing of the test.
		_, _ = query.Eval(ctx, append(again, rego.EvalTransaction(txn))...)
	}
	return results, nil
}

// report leaves test files out: they would raise the figure by covering themselves.
func (c *covering) report(set *source.Set) *protocol.Coverage {
	served := map[string]*ast.Module{}
	for path, tree := range set.Trees() {
		if !check.IsTestFile(path) {
			served[path] = tree
		}
	}
	all := c.reached.Report(served)
	result := &protocol.Coverage{Files: []protocol.FileCoverage{}, Rules: protocol.RuleCoverage{NotCovered: []protocol.MissedRule{}}}
	missed := 0
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
			Covered: rows(file.Covered), NotCovered: rows(file.NotCovered), Reasons: reasons(file.NotCovered),
		})
		missed += countRules(m, file, &result.Rules)
	}
	result.Percent = percent(result.CoveredLines, result.NotCoveredLines)
	result.Rules.Percent = percent(result.Rules.Covered, missed)
	return result
}

// countRules goes by the heads: a head is covered once a test made its clause true.
func countRules(m *source.Parsed, file *cover.FileReport, into *protocol.RuleCoverage) (missed int) {
	uncovered := map[cover.Position]bool{}
	for _, r := range file.NotCovered {
		uncovered[r.Start] = true
	}
	ast.WalkRules(m.Module, func(rule *ast.Rule) bool {
		at := rule.Head.Location
		if testrule.Is(rule) || at == nil {
			return false
		}
		if !uncovered[cover.Position{Row: at.Row, Col: at.Col}] {
			into.Covered++
			return false
		}
		if missed++; len(into.NotCovered) < maxMissedRules {
			name := m.Module.Package.Path.Extend(rule.Head.Ref().GroundPrefix()).String()
			into.NotCovered = append(into.NotCovered, protocol.MissedRule{Name: name, Location: protocol.Location{File: m.Path, Row: at.Row, Col: at.Col}})
		}
		return false
	})
	return missed
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

// reasons joins rows that touch and have the same ones.
func reasons(ranges []cover.Range) []protocol.NotCoveredReason {
	var all []protocol.NotCoveredReason
	for _, r := range ranges {
		if len(r.Kinds) == 0 {
			continue
		}
		kinds := make([]string, len(r.Kinds))
		for i, kind := range r.Kinds {
			kinds[i] = string(kind)
		}
		if n := len(all); n > 0 && r.Start.Row <= all[n-1].To+1 && slices.Equal(kinds, all[n-1].Kinds) {
			all[n-1].To = max(all[n-1].To, r.End.Row)
			continue
		}
		all = append(all, protocol.NotCoveredReason{From: r.Start.Row, To: r.End.Row, Kinds: kinds})
	}
	return all
}
