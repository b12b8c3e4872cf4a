package tests

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// Bounds of what one failure shows.
const (
	maxOperands   = 8
	maxLocals     = 50
	valueTimeout  = time.Second
	operandResult = ast.Var("__operand__")
)

var comparisons = map[string]bool{
	ast.Equality.Name: true, ast.Equal.Name: true, ast.NotEqual.Name: true, ast.LessThan.Name: true,
	ast.LessThanEq.Name: true, ast.GreaterThan.Name: true, ast.GreaterThanEq.Name: true,
}

// valuesOf asks for the value of each operand, where the expression stood: with its variables, its input and its mocks.
func (s *suite) valuesOf(ctx context.Context, event *topdown.Event) []protocol.ComparedValue {
	expr, ok := event.Node.(*ast.Expr)
	if !ok {
		return nil
	}
	roles := []string{"operand"}
	var operands []*ast.Term
	switch terms := expr.Terms.(type) {
	case *ast.Term:
		operands = []*ast.Term{terms}
	case []*ast.Term:
		if operands = s.argumentsOf(expr); comparisons[expr.Operator().String()] && len(operands) == 2 {
			roles = []string{"left", "right"}
		}
	}
	var values []protocol.ComparedValue
	for i, operand := range operands[:min(len(operands), maxOperands)] {
		role := roles[min(i, len(roles)-1)]
		if role == "operand" && ast.IsConstant(operand.Value) || unbound(operand, event.Locals) {
			continue
		}
		values = append(values, protocol.ComparedValue{Role: role, Text: textOf(operand, event), Value: s.valueOf(ctx, operand, expr.With, event)})
	}
	return values
}

// argumentsOf leaves out the variable that the compiler added for the result of the call.
func (s *suite) argumentsOf(expr *ast.Expr) []*ast.Term {
	operands := expr.Operands()
	arity := len(operands)
	if builtin, ok := ast.BuiltinMap[expr.Operator().String()]; ok {
		arity = builtin.Decl.Arity()
	} else if declared := s.compiler.GetArity(expr.Operator()); declared >= 0 {
		arity = declared
	}
	return operands[:min(arity, len(operands))]
}

// unbound is the side of an assignment that got no value, because the other side has none.
func unbound(term *ast.Term, locals *ast.ValueMap) bool {
	_, isVar := term.Value.(ast.Var)
	return isVar && locals.Get(term.Value) == nil
}

// valueOf is nil for what is undefined.
func (s *suite) valueOf(ctx context.Context, operand *ast.Term, with []*ast.With, event *topdown.Event) *string {
	value := operand.Value
	if known := event.Locals.Get(value); known != nil {
		value = known
	} else if !ast.IsConstant(value) {
		if value = s.evaluate(ctx, operand, with, event); value == nil {
			return nil
		}
	}
	text := diagnostics.Clip(value.String(), protocol.MaxMessageBytes)
	return &text
}

func (s *suite) evaluate(ctx context.Context, operand *ast.Term, with []*ast.With, event *topdown.Event) (value ast.Value) {
	// What is only shown must not end the process.
	defer func() {
		if recover() != nil {
			value = nil
		}
	}()
	asked := ast.Equality.Expr(ast.NewTerm(operandResult), operand.Copy())
	for _, w := range with {
		asked.With = append(asked.With, w.Copy())
	}
	body := ast.NewBody()
	event.Locals.Iter(func(name, known ast.Value) bool {
		body.Append(ast.Equality.Expr(ast.NewTerm(name), ast.NewTerm(known)))
		return false
	})
	body.Append(asked)
	cancel := topdown.NewCancel()
	defer context.AfterFunc(ctx, cancel.Cancel)()
	defer time.AfterFunc(valueTimeout, cancel.Cancel).Stop()
	query := topdown.NewQuery(body).
		WithCompiler(s.compiler).WithStore(s.store).WithTransaction(s.txn).WithInput(event.Input()).WithCancel(cancel)
	_ = query.Iter(ctx, func(result topdown.QueryResult) error {
		if term := result[operandResult]; value == nil && term != nil && term.IsGround() {
			value = term.Value
		}
		return nil
	})
	return value
}

// textOf is the operand as the file spells it, when that is on one line.
func textOf(operand *ast.Term, event *topdown.Event) string {
	if operand.Location != nil {
		if text := string(operand.Location.Text); text != "" && !strings.Contains(text, "\n") {
			return diagnostics.Clip(text, protocol.MaxLineBytes)
		}
	}
	if name, ok := operand.Value.(ast.Var); ok {
		if meta, ok := event.LocalMetadata[name]; ok && isNamed(meta.Name) {
			return string(meta.Name)
		}
	}
	return ""
}

// localsOf are the variables that people named, with their values.
func localsOf(event *topdown.Event) []protocol.LocalValue {
	var locals []protocol.LocalValue
	event.Locals.Iter(func(name, value ast.Value) bool {
		if meta, ok := event.LocalMetadata[name.(ast.Var)]; ok && isNamed(meta.Name) {
			locals = append(locals, protocol.LocalValue{Name: string(meta.Name), Value: diagnostics.Clip(value.String(), protocol.MaxMessageBytes)})
		}
		return false
	})
	slices.SortFunc(locals, func(a, b protocol.LocalValue) int { return cmp.Compare(a.Name, b.Name) })
	return locals[:min(len(locals), maxLocals)]
}

func isNamed(name ast.Var) bool {
	return name != "" && !name.IsWildcard() && !name.IsGenerated()
}
