package plan

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Fault is a rule that OPA's compiler takes and its planner does not.
type Fault struct {
	Place *ast.Location
	Err   error
}

func (f *Fault) Error() string { return f.Err.Error() }
func (f *Fault) Unwrap() error { return f.Err }

// maxTried bounds the rules that are planned one by one to find the one at fault.
const maxTried = 2000

// locate finds the place of what the planner refused: its errors name none. It is the expression that the error spells, or
// else the first rule that cannot be planned by itself.
func locate(ctx context.Context, compiler *ast.Compiler, declared []*ast.Builtin, refused error) error {
	var place *ast.Location
	each(compiler, func(_ *ast.Module, rule *ast.Rule) bool {
		ast.WalkExprs(rule, func(expr *ast.Expr) bool {
			if place == nil && expr.Location != nil && spelled(expr, refused.Error()) {
				place = expr.Location
			}
			return place != nil
		})
		return place == nil
	})
	tried := 0
	each(compiler, func(module *ast.Module, rule *ast.Rule) bool {
		if place != nil || tried == maxTried || ctx.Err() != nil {
			return false
		}
		tried++
		if len(rule.Head.Args) > 0 {
			return true
		}
		query := ast.NewBody(ast.NewExpr(ast.NewTerm(module.Package.Path.Extend(rule.Head.Ref().GroundPrefix()))))
		if _, err := Query(ctx, compiler, query, declared); err != nil {
			place = rule.Location
		}
		return true
	})
	if place == nil {
		return refused
	}
	return &Fault{Place: place, Err: refused}
}

// spelled says that the error quotes this expression: `not implemented: unify([], 1)`.
func spelled(expr *ast.Expr, message string) bool {
	operands := expr.Operands()
	return expr.IsEquality() && len(operands) == 2 && strings.HasSuffix(message, fmt.Sprintf("unify(%v, %v)", operands[0], operands[1]))
}

// each visits the rules in the order of their files until visit says no.
func each(compiler *ast.Compiler, visit func(*ast.Module, *ast.Rule) bool) {
	for _, path := range slices.Sorted(maps.Keys(compiler.Modules)) {
		module := compiler.Modules[path]
		for _, rule := range module.Rules {
			if !visit(module, rule) {
				return
			}
		}
	}
}
