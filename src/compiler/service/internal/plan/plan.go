// Package plan gets OPA's plan of a query.
package plan

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/ir"
	"github.com/open-policy-agent/opa/v1/rego"
)

// target is the name by which OPA's evaluator knows what takes its plan.
const target = "rego.target.captured"

type captured struct{}

// taker is OPA's way to hand a plan out: an evaluation target is given the plan that it is to evaluate.
type taker struct{}

func (taker) IsTarget(name string) bool { return name == target }

func (taker) PrepareForEval(ctx context.Context, policy *ir.Policy, _ ...rego.PrepareOption) (rego.TargetPluginEval, error) {
	into, ok := ctx.Value(captured{}).(**ir.Policy)
	if !ok {
		return nil, errors.New("nobody waits for the plan")
	}
	*into = policy
	return nil, nil
}

var register = sync.OnceFunc(func() { rego.RegisterPlugin(target, taker{}) })

// Query plans a query over compiled modules, and everything that it reaches. Built-ins that OPA does not know by itself
// are declared in addition.
func Query(ctx context.Context, compiler *ast.Compiler, query ast.Body, declared []*ast.Builtin) (*ir.Policy, error) {
	register()
	var policy *ir.Policy
	options := []func(*rego.Rego){rego.Compiler(compiler), rego.ParsedQuery(query), rego.Target(target)}
	for _, b := range declared {
		options = append(options, rego.FunctionDyn(&rego.Function{Name: b.Name, Decl: b.Decl}, refuse))
	}
	if _, err := rego.New(options...).PrepareForEval(context.WithValue(ctx, captured{}, &policy)); err != nil {
		return nil, err
	}
	if policy == nil {
		return nil, errors.New("OPA gave no plan")
	}
	return policy, nil
}

func refuse(_ rego.BuiltinContext, _ []*ast.Term) (*ast.Term, error) {
	return nil, fmt.Errorf("only declared")
}

// everything is a query that reaches every rule: one query costs a fraction of one for each thing that can be asked for.
var everything = ast.MustParseBody("data = everything")

// Everything plans all rules of the modules, and functions that are called in them or wanted. What the planner refuses is a Fault,
// where its place can be found.
func Everything(ctx context.Context, compiler *ast.Compiler, declared []*ast.Builtin, wanted []ast.Ref) (*ir.Policy, error) {
	query := everything.Copy()
	for _, ref := range wanted {
		call := []*ast.Term{ast.NewTerm(ref)}
		for range compiler.GetArity(ref) {
			call = append(call, ast.InputRootDocument)
		}
		if len(call) == 1 {
			query.Append(ast.NewExpr(call[0]))
		} else {
			query.Append(ast.NewExpr(call))
		}
	}
	policy, err := Query(ctx, compiler, query, declared)
	if err != nil {
		return nil, locate(ctx, compiler, declared, err)
	}
	return policy, nil
}
