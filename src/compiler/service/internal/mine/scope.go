package mine

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// keysOf ends a path of the data whose keys are meant, not its values.
const keysOf = "#"

// scope is one rule. Its names are its own.
type scope struct {
	*miner
	name  string
	pkg   string
	local bindings
}

func (s *scope) body(body ast.Body) {
	for _, expr := range body {
		s.expr(expr)
	}
}

func (s *scope) expr(expr *ast.Expr) {
	switch terms := expr.Terms.(type) {
	case *ast.Term:
		s.touch(terms.Value)
	case *ast.Every:
		s.touch(terms.Domain.Value)
		s.unify(terms.Value.Value, prolonged(s.standsFor(terms.Domain.Value), anyMember), nil)
		s.body(terms.Body)
	case []*ast.Term:
		for _, operand := range terms[1:] {
			s.touch(operand.Value)
		}
		s.call(terms[0].String(), terms[1:])
	}
	for _, with := range expr.With {
		s.touch(with.Value.Value)
	}
}

// touch looks at a term for its own sake: places that it reads, constants in it, and what stands inside of it.
func (s *scope) touch(value ast.Value) {
	switch v := value.(type) {
	case ast.Ref:
		s.read(s.standsFor(v))
		for _, part := range v[1:] {
			s.touch(part.Value)
		}
	case *ast.Array:
		v.Foreach(func(t *ast.Term) { s.touch(t.Value) })
	case ast.Set:
		v.Foreach(func(t *ast.Term) { s.touch(t.Value) })
	case ast.Object:
		v.Foreach(func(key, member *ast.Term) { s.touch(key.Value); s.touch(member.Value) })
	case *ast.ArrayComprehension:
		s.body(v.Body)
		s.touch(v.Term.Value)
	case *ast.SetComprehension:
		s.body(v.Body)
		s.touch(v.Term.Value)
	case *ast.ObjectComprehension:
		s.body(v.Body)
		s.touch(v.Key.Value)
		s.touch(v.Value.Value)
	case ast.Call:
		s.call(v[0].String(), v[1:])
	default:
		s.constant(value)
	}
}

func (s *scope) read(at []place) {
	for _, p := range at {
		s.places.at(p).packages[s.pkg] = struct{}{}
	}
}

// standsFor are the places that a term may be.
func (s *scope) standsFor(value ast.Value) []place {
	switch v := value.(type) {
	case ast.Var:
		return s.local[string(v)]
	case ast.Ref:
		return s.follow(v)
	case *ast.ArrayComprehension:
		return prolonged(s.standsFor(v.Term.Value), anyMember)
	case *ast.SetComprehension:
		return prolonged(s.standsFor(v.Term.Value), anyMember)
	case *ast.Array:
		// A pair that is taken apart again: any member may be any of them.
		var all []place
		v.Foreach(func(t *ast.Term) { all = append(all, s.standsFor(t.Value)...) })
		return all
	}
	return nil
}

func (s *scope) follow(ref ast.Ref) []place {
	head, ok := ref[0].Value.(ast.Var)
	if !ok {
		return nil
	}
	var at []place
	rest := ref[1:]
	switch {
	case head.Equal(ast.InputRootDocument.Value):
		at = []place{rootPlace("input")}
	case head.Equal(ast.DefaultRootDocument.Value):
		if name, length := s.ruleIn(ref); length > 0 {
			at, rest = s.shared[name], ref[length:]
		} else {
			at = []place{rootPlace("data")}
		}
	default:
		at = s.local[string(head)]
	}
	for _, part := range rest {
		at = s.stepInto(at, part.Value)
	}
	return at
}

func (s *scope) stepInto(at []place, part ast.Value) []place {
	switch v := part.(type) {
	case ast.String:
		return prolonged(at, string(v))
	case ast.Var, ast.Ref:
		// A key that comes from the input is one of those that are there.
		for _, p := range at {
			if !p.ofInput() {
				s.link(s.standsFor(v), p.step(keysOf))
			}
		}
	}
	return prolonged(at, anyMember)
}

// ruleIn is the name of the rule that a reference into `data` begins with, and its length.
func (s *scope) ruleIn(ref ast.Ref) (string, int) {
	for length := len(ref); length > 1; length-- {
		prefix := ref[:length]
		if !prefix.IsGround() {
			continue
		}
		if rules := s.compiler.GetRulesExact(prefix); len(rules) > 0 {
			s.use(s.pkg, packageOf(rules[0]))
			return prefix.String(), length
		}
	}
	return "", 0
}

func (s *scope) link(from []place, to place) {
	for _, p := range from {
		if known := s.places.at(p); p.ofInput() && len(known.beside) < maxPlaces {
			if _, ok := known.beside[to]; !ok {
				known.beside[to] = struct{}{}
				s.grown = true
			}
		}
	}
}

// unify says that a term is one of these places, or that value.
func (s *scope) unify(term ast.Value, at []place, value ast.Value) {
	switch v := term.(type) {
	case ast.Var:
		s.bind(s.local, string(v), at)
	case *ast.Array:
		v.Foreach(func(t *ast.Term) { s.unify(t.Value, prolonged(at, anyMember), nil) })
		return
	}
	own := s.standsFor(term)
	if value != nil && value.IsGround() {
		s.note(own, value)
	}
	for _, p := range at {
		if !p.ofInput() {
			s.link(own, p)
		}
	}
}

func (s *scope) compare(a, b ast.Value) {
	s.unify(a, s.standsFor(b), b)
	s.unify(b, s.standsFor(a), a)
}

func (s *scope) call(name string, operands []*ast.Term) {
	switch name {
	case "eq", "equal", "neq", "gt", "gte", "lt", "lte", "startswith", "endswith", "contains", "glob.match", "regex.match", "net.cidr_contains",
		"strings.any_prefix_match", "strings.any_suffix_match":
		for i := range operands {
			for j := range i {
				s.compare(operands[i].Value, operands[j].Value)
			}
		}
	case "internal.member_2", "internal.member_3":
		needle, hay := operands[len(operands)-2].Value, operands[len(operands)-1].Value
		s.unify(needle, prolonged(s.standsFor(hay), anyMember), nil)
		s.note(prolonged(s.standsFor(hay), anyMember), needle)
		members(hay, func(t *ast.Term) { s.compare(needle, t.Value) })
	case "object.get":
		if len(operands) < 3 {
			return
		}
		got := s.standsFor(operands[0].Value)
		if path, ok := operands[1].Value.(*ast.Array); ok {
			path.Foreach(func(t *ast.Term) { got = s.stepInto(got, t.Value) })
		} else {
			got = s.stepInto(got, operands[1].Value)
		}
		s.read(got)
		s.note(got, operands[2].Value)
		if len(operands) == 4 {
			s.unify(operands[3].Value, got, nil)
		}
	default:
		s.otherCall(name, operands)
	}
}

// otherCall hands arguments to a function. What a built-in makes of a text, a number or a list still comes from the same place.
func (s *scope) otherCall(name string, operands []*ast.Term) {
	if _, builtin := ast.BuiltinMap[name]; !builtin {
		ref, err := ast.ParseRef(name)
		if err != nil {
			return
		}
		if rules := s.compiler.GetRulesExact(ref); len(rules) > 0 {
			s.use(s.pkg, packageOf(rules[0]))
		}
		arity := s.compiler.GetArity(ref)
		for i, operand := range operands {
			if i < arity {
				s.bind(s.shared, parameter(name, i), s.standsFor(operand.Value))
			} else {
				s.unify(operand.Value, s.shared[name], nil)
			}
		}
		return
	}
	arity := len(ast.BuiltinMap[name].Decl.FuncArgs().Args)
	for i, operand := range operands {
		if i < arity {
			// A mark that a text is cut at, or what is looked for in it.
			for j := range i {
				s.compare(operands[j].Value, operand.Value)
			}
			continue
		}
		for _, argument := range operands[:arity] {
			at := s.standsFor(argument.Value)
			s.unify(operand.Value, at, nil)
			if name == "split" || name == "regex.split" {
				break
			}
		}
	}
}

func members(value ast.Value, visit func(*ast.Term)) {
	switch v := value.(type) {
	case *ast.Array:
		v.Foreach(visit)
	case ast.Set:
		v.Foreach(visit)
	}
}
