package testrule

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/source"
)

// Announcing is the set with every table test made to tell the name of each case as soon as the case has one: the
// document of a table test holds the cases that are true and nothing of the others. OPA's own runner does the same to
// what its compiler made of the modules; here it is done before, because two compilers follow.
func Announcing(set *source.Set) *source.Set {
	announcing := *set
	announcing.Modules = make([]*source.Parsed, len(set.Modules))
	for i, m := range set.Modules {
		announcing.Modules[i] = m
		var tree *ast.Module
		for j, rule := range m.Module.Rules {
			ref, kind := refOf(rule)
			if kind != testPrefix || rule.Head.DocKind() != ast.PartialObjectDoc || announcesItself(rule) {
				continue
			}
			if tree == nil {
				tree = m.Module.Copy()
			}
			announce(tree.Rules[j], len(ref))
		}
		if tree != nil {
			announcing.Modules[i] = m.Rewritten(tree, "announcing")
		}
	}
	return &announcing
}

func announcesItself(rule *ast.Rule) bool {
	found := false
	ast.WalkExprs(rule.Body, func(e *ast.Expr) bool {
		found = found || e.IsCall() && e.Operator().Equal(ast.Interned.Refs.InternalTestCase)
		return found
	})
	return found
}

// announce puts the call behind the first expressions that mention the names of the case.
func announce(rule *ast.Rule, name int) {
	tail := rule.Head.Ref()[name:]
	names := make([]*ast.Term, len(tail))
	behind := 0
	for i, term := range tail {
		names[i] = term.Copy()
		for v := range varsOf(term) {
			for at, expr := range rule.Body {
				if varsOf(expr).Contains(v) {
					behind = max(behind, at+1)
					break
				}
			}
		}
	}
	call := ast.NewExpr([]*ast.Term{ast.NewTerm(ast.Interned.Refs.InternalTestCase.Copy()), ast.ArrayTerm(names...)})
	call.Location = rule.Location
	body := make(ast.Body, 0, len(rule.Body)+1)
	for at, expr := range rule.Body {
		if at == behind {
			body.Append(call)
		}
		body.Append(expr)
	}
	if behind == len(rule.Body) {
		body.Append(call)
	}
	rule.Body = body
}

// varsOf leaves closures out: what bears the name inside of a comprehension is another variable.
func varsOf(node any) ast.VarSet {
	visitor := ast.NewVarVisitor().WithParams(ast.VarVisitorParams{SkipClosures: true})
	visitor.Walk(node)
	return visitor.Vars()
}
