package source

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Call is a mention of a built-in by its name: called, mocked by `with`, or given as a mock.
type Call struct {
	Name     string
	Location *ast.Location
	// Mocked says that something takes its place here: it is the target of a `with`.
	Mocked bool
}

// findCalls lists the mentions of built-ins in a tree whose names are not resolved yet.
func findCalls(node any) []Call {
	targets := map[*ast.Term]struct{}{}
	ast.NewGenericVisitor(func(x any) bool {
		expr, ok := x.(*ast.Expr)
		if !ok {
			return false
		}
		for _, with := range expr.With {
			targets[with.Target] = struct{}{}
			if name := builtinName(with.Target); name != "" {
				// What the expression itself calls by that name is the mock.
				VisitOperators(&ast.Expr{Terms: expr.Terms}, func(term *ast.Term) {
					if builtinName(term) == name {
						targets[term] = struct{}{}
					}
				})
			}
		}
		return false
	}).Walk(node)
	var calls []Call
	VisitOperators(node, func(term *ast.Term) {
		if name := builtinName(term); name != "" {
			_, mocked := targets[term]
			calls = append(calls, Call{name, term.Location, mocked})
		}
	})
	return calls
}

// builtinName is the name when the term is a reference that spells a built-in of OPA.
func builtinName(term *ast.Term) string {
	var name string
	switch v := term.Value.(type) {
	case ast.Ref:
		name = v.String()
	case ast.Var:
		name = string(v)
	default:
		return ""
	}
	if _, ok := ast.BuiltinMap[name]; ok {
		return name
	}
	return ""
}

// VisitOperators visits every term that stands where a function name may stand.
func VisitOperators(node any, visit func(*ast.Term)) {
	Walk(node, func(x any) bool {
		switch x := x.(type) {
		case *ast.Expr:
			if terms, ok := x.Terms.([]*ast.Term); ok && len(terms) > 0 {
				visit(terms[0])
			}
			for _, with := range x.With {
				visit(with.Target)
				visit(with.Value)
			}
		case ast.Call:
			if len(x) > 0 {
				visit(x[0])
			}
		}
		return false
	})
}

// Walk visits a tree until visit returns true, also the terms in the names of rules, which OPA's visitor passes by.
func Walk(node any, visit func(any) bool) {
	var visitor *ast.GenericVisitor
	visitor = ast.NewGenericVisitor(func(x any) bool {
		if head, ok := x.(*ast.Head); ok && len(head.Reference) > 0 {
			for _, term := range head.Reference[1:] {
				visitor.Walk(term)
			}
		}
		return visit(x)
	})
	visitor.Walk(node)
}

// Shadows are the first name parts that mean something else than a built-in in one package.
type Shadows map[string]struct{}

// ShadowsOf gathers, per package, the heads of all rules in it. Imports are looked up per module.
func (s *Set) ShadowsOf() map[string]Shadows {
	all := map[string]Shadows{}
	for _, m := range s.Modules {
		own := all[m.PackageName]
		if own == nil {
			own = Shadows{}
			all[m.PackageName] = own
		}
		for _, name := range m.Firsts {
			own[name] = struct{}{}
		}
	}
	return all
}

// Shadowed says whether the name means a rule or an import in this module instead of the built-in.
func (m *Parsed) Shadowed(name string, shadows Shadows) bool {
	head, _, _ := strings.Cut(name, ".")
	if _, ok := shadows[head]; ok {
		return true
	}
	for _, imp := range m.Module.Imports {
		if string(imp.Name()) == head {
			return true
		}
	}
	return false
}
