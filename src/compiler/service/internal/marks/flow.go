package marks

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// flow tells where the values of rules come from.
type flow struct {
	byPath map[string][]*ast.Rule
	known  map[*ast.Rule][]*ast.Rule
}

func flowOf(modules map[string]*ast.Module) *flow {
	f := &flow{map[string][]*ast.Rule{}, map[*ast.Rule][]*ast.Rule{}}
	for _, module := range modules {
		each(module, func(rule *ast.Rule) {
			path := rule.Ref().GroundPrefix().String()
			f.byPath[path] = append(f.byPath[path], rule)
		})
	}
	return f
}

// deciders are the rules whose value becomes that of a rule that can be asked for in the same package. A rule that is only a
// condition of another is none of them.
func (f *flow) deciders() map[*ast.Rule]struct{} {
	var asked []*ast.Rule
	for _, rules := range f.byPath {
		if isAsked(rules[0]) {
			asked = append(asked, rules...)
		}
	}
	return f.reached(asked)
}

// reached are some rules with all that hand their value on to them.
func (f *flow) reached(from []*ast.Rule) map[*ast.Rule]struct{} {
	seen := map[*ast.Rule]struct{}{}
	for queue := from; len(queue) > 0; queue = queue[1:] {
		if _, ok := seen[queue[0]]; ok {
			continue
		}
		seen[queue[0]] = struct{}{}
		queue = append(queue, f.sources(queue[0])...)
	}
	return seen
}

// sources are the rules of its package that a rule has its value from.
func (f *flow) sources(rule *ast.Rule) []*ast.Rule {
	if known, ok := f.known[rule]; ok {
		return known
	}
	var found []*ast.Rule
	pkg := rule.Module.Package.Path
	for _, ref := range valueOf(rule) {
		if !ref.HasPrefix(pkg) {
			continue
		}
		for prefix := ref.GroundPrefix(); len(prefix) > len(pkg); prefix = prefix[:len(prefix)-1] {
			if rules, ok := f.byPath[prefix.String()]; ok {
				found = append(found, rules...)
				break
			}
		}
	}
	f.known[rule] = found
	return found
}

// isAsked says that a rule is one that others ask for: no function, and of no name that begins with an underscore.
func isAsked(rule *ast.Rule) bool {
	name, _ := rule.Head.Ref()[0].Value.(ast.Var)
	return len(rule.Head.Args) == 0 && !strings.HasPrefix(string(name), "_")
}

// valueOf finds the references that the value of a compiled rule is made of, through its variables.
func valueOf(rule *ast.Rule) []ast.Ref {
	v := value{seen: map[ast.Var]struct{}{}}
	v.take(rule.Head.Value)
	v.take(rule.Head.Key)
	for at := 0; at < len(v.vars); at++ {
		for _, expr := range rule.Body {
			v.follow(v.vars[at], expr)
		}
	}
	return v.refs
}

type value struct {
	vars []ast.Var
	seen map[ast.Var]struct{}
	refs []ast.Ref
}

// follow takes what an expression gives to a variable. Arguments of the functions of a policy are no part of their value.
func (v *value) follow(of ast.Var, expr *ast.Expr) {
	terms, ok := expr.Terms.([]*ast.Term)
	if !ok || len(terms) == 0 {
		return
	}
	operands := terms[1:]
	if expr.IsEquality() && len(operands) == 2 {
		for i, operand := range operands {
			if mentions(operand, of) {
				v.take(operands[1-i])
			}
		}
		return
	}
	if len(operands) == 0 || !mentions(operands[len(operands)-1], of) {
		return
	}
	operator, ok := terms[0].Value.(ast.Ref)
	if !ok {
		return
	}
	if operator.HasPrefix(ast.DefaultRootRef) {
		v.refs = append(v.refs, operator)
		return
	}
	for _, operand := range operands[:len(operands)-1] {
		v.take(operand)
	}
}

func mentions(term *ast.Term, of ast.Var) bool {
	return slices.Contains(varsIn(term), of)
}

// take notes the references and variables in a term.
func (v *value) take(term *ast.Term) {
	if term == nil {
		return
	}
	ast.WalkRefs(term, func(ref ast.Ref) bool {
		if ref.HasPrefix(ast.DefaultRootRef) {
			v.refs = append(v.refs, ref)
		}
		return false
	})
	for _, name := range varsIn(term) {
		if _, seen := v.seen[name]; !seen {
			v.seen[name] = struct{}{}
			v.vars = append(v.vars, name)
		}
	}
}

func varsIn(term *ast.Term) []ast.Var {
	var found []ast.Var
	ast.WalkVars(term, func(name ast.Var) bool {
		found = append(found, name)
		return false
	})
	return found
}
