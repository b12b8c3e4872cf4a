package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/library"
)

// Plan is a plan whose functions can be made one by one.
type Plan struct {
	*unit
	functions   map[string]*ir.Func
	generations map[string][]*ir.Func
}

func NewPlan(lib *library.Library, policy *ir.Policy) *Plan {
	p := &Plan{unit: newUnit(lib, policy), functions: map[string]*ir.Func{}, generations: map[string][]*ir.Func{}}
	for _, fn := range policy.Funcs.Funcs {
		p.functions[fn.Name] = fn
		p.generations[fn.Path[0]] = append(p.generations[fn.Path[0]], fn)
	}
	return p
}

// Rules are the names of the rules and functions as they are without any mock, each with its path below `data`.
func (p *Plan) Rules() map[string][]string {
	rules := map[string][]string{}
	for _, fn := range p.generations[generation] {
		rules[fn.Name] = fn.Path[1:]
	}
	return rules
}

// Family makes a rule, and behind it what was planned anew for the `with`s in it. The planner numbers those through all that it
// plans; here they are numbered in their family, so that it is the same wherever it was planned. It is empty when nothing has
// the name.
func (p *Plan) Family(name string) ([]*Function, error) {
	first, ok := p.functions[name]
	if !ok {
		return nil, nil
	}
	in := &family{plan: p, name: name, numbers: map[string]string{}}
	var made []*Function
	seen := map[*ir.Func]struct{}{first: {}}
	for queue := []*ir.Func{first}; len(queue) > 0; queue = queue[1:] {
		f, err := p.function(queue[0], in)
		if err != nil {
			return nil, err
		}
		made = append(made, f)
		for _, fn := range in.reached(queue[0]) {
			if _, ok := seen[fn]; !ok {
				seen[fn] = struct{}{}
				queue = append(queue, fn)
			}
		}
	}
	return made, nil
}

// family numbers the generations of one rule.
type family struct {
	plan    *Plan
	name    string
	numbers map[string]string
}

// generation gives the name of a generation in here.
func (f *family) generation(planned string) string {
	if f == nil || planned == generation {
		return planned
	}
	own, ok := f.numbers[planned]
	if !ok {
		own = fmt.Sprintf("#%d %s", len(f.numbers)+1, f.name)
		f.numbers[planned] = own
	}
	return own
}

// function gives the name of a function in here.
func (f *family) function(planned string) string {
	number, rest, _ := strings.Cut(planned, ".")
	return f.generation(number) + "." + rest
}

// reached are the functions of other generations that one of them calls.
func (f *family) reached(fn *ir.Func) []*ir.Func {
	var all []*ir.Func
	walkStatements(fn.Blocks, func(s ir.Stmt) {
		switch s := s.(type) {
		case *ir.CallStmt:
			if to, ok := f.plan.functions[s.Func]; ok && to.Path[0] != generation {
				all = append(all, to)
			}
		case *ir.CallDynamicStmt:
			pattern := f.plan.pattern(s)
			if pattern[0] == generation {
				return
			}
			for _, to := range f.plan.generations[pattern[0]] {
				if matches(pattern, to.Path) {
					all = append(all, to)
				}
			}
		}
	})
	return all
}

// pattern is the path of a call as far as it is known; "" stands for what is not.
func (u *unit) pattern(s *ir.CallDynamicStmt) []string {
	pattern := make([]string, len(s.Path))
	for i, step := range s.Path {
		if index, ok := step.Value.(ir.StringIndex); ok {
			pattern[i] = u.static.Strings[index].Value
		}
	}
	return pattern
}

// RulePrefix begins the names of rules and functions as they are without any mock; the path follows, as a reference.
const RulePrefix = generation + "."

// IsRule says whether a function has such a name.
func IsRule(name string) bool { return strings.HasPrefix(name, RulePrefix) }

// Calls are the functions of the policy that this one calls by name.
func (f *Function) Calls() []string { return f.calls }

// Reached leaves out what no entry leads to, neither by name nor by path.
func Reached(functions []*Function, entries []Entry) []*Function {
	byName := make(map[string]*Function, len(functions))
	for _, f := range functions {
		byName[f.Name] = f
	}
	seen := make(map[*Function]struct{}, len(functions))
	var queue []*Function
	add := func(f *Function) {
		if _, ok := seen[f]; !ok && f != nil {
			seen[f] = struct{}{}
			queue = append(queue, f)
		}
	}
	var patterns [][]string
	for _, e := range entries {
		add(e.Function)
	}
	for len(queue) > 0 {
		f := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, name := range f.calls {
			add(byName[name])
		}
		patterns = append(patterns, f.dynamic...)
		if len(queue) > 0 || len(patterns) == 0 {
			continue
		}
		for _, to := range functions {
			if to.Signature == ruleType && slices.ContainsFunc(patterns, func(p []string) bool { return matches(p, to.Path) }) {
				add(to)
			}
		}
		patterns = nil
	}
	return slices.DeleteFunc(slices.Clone(functions), func(f *Function) bool { _, ok := seen[f]; return !ok })
}
