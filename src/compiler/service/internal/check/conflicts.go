package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// placed says of each conflict of rules both places, and points at the later one: that is the rule which was written last, as a rule.
// OPA points at the first rule, or at the package of it.
func placed(c *ast.Compiler) ast.Errors {
	if !slices.ContainsFunc(c.Errors, aboutRules) {
		return c.Errors
	}
	pairs := conflictsOf(c.RuleTree)
	errs := slices.Clone(c.Errors)
	for i, e := range errs {
		if !aboutRules(e) {
			continue
		}
		at := slices.IndexFunc(pairs, func(p conflict) bool { return p.tells(e) })
		if at >= 0 {
			one := *e
			one.Location, one.Message = pairs[at].second.Loc(), pairs[at].message()
			errs[i] = &one
		}
	}
	return errs
}

const (
	manyDefaults = "multiple default rules "
	conflicting  = "conflicting rules "
)

func aboutRules(e *ast.Error) bool {
	return strings.HasPrefix(e.Message, manyDefaults) || strings.HasPrefix(e.Message, conflicting)
}

// conflict is two rules of one name that cannot both be.
type conflict struct {
	kind, name    string
	first, second *ast.Rule
}

func (c conflict) tells(e *ast.Error) bool {
	rest, ok := strings.CutPrefix(e.Message, c.kind+c.name+" found")
	return ok && (rest == "" || rest[0] == ' ')
}

func (c conflict) message() string {
	return fmt.Sprintf("%s%s: the other one is at %v", c.kind, c.name, c.first.Loc())
}

func conflictsOf(tree *ast.TreeNode) []conflict {
	var found []conflict
	tree.DepthFirst(func(node *ast.TreeNode) bool {
		rules := slices.SortedStableFunc(slices.Values(node.Values), func(a, b *ast.Rule) int { return a.Loc().Compare(b.Loc()) })
		if len(rules) < 2 {
			return false
		}
		name := rules[0].Ref().CopyNonGround().String()
		defaults := slices.DeleteFunc(slices.Clone(rules), func(r *ast.Rule) bool { return !r.Default })
		if len(defaults) > 1 {
			found = append(found, conflict{manyDefaults, name, defaults[0], defaults[1]})
		}
		if at := slices.IndexFunc(rules, func(r *ast.Rule) bool { return unlike(r, rules[0]) }); at > 0 {
			found = append(found, conflict{conflicting, name, rules[0], rules[at]})
		}
		return false
	})
	return found
}

// unlike says whether two rules of one name differ in what they define.
func unlike(a, b *ast.Rule) bool {
	return a.Head.RuleKind() != b.Head.RuleKind() || len(a.Head.Args) != len(b.Head.Args) || a.Head.Ref().IsGround() != b.Head.Ref().IsGround()
}
