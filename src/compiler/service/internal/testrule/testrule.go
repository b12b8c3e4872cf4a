// Package testrule finds the test rules of a set of modules. Both engines run what it finds, under the same names.
package testrule

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/source"
)

const (
	testPrefix = "test_"
	skipPrefix = "todo_test_"
)

// Rule is one test. Name is relative to the package, as OPA's runner prints it.
type Rule struct {
	Package, Name string
	// Ref is the document that the test asks for.
	Ref      ast.Ref
	Location *ast.Location
	// Skip marks a test that is announced and not run.
	Skip bool
	// Table marks a rule of several named cases, `test_x[note] if ...`.
	Table bool
}

// Filter keeps the tests whose full name matches. Every table stays: its cases have names of their own, which only a
// run tells.
func Filter(rules []Rule, run string) ([]Rule, error) {
	if run == "" {
		return rules, nil
	}
	wanted, err := regexp.Compile(run)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return !r.Table && !wanted.MatchString(r.Ref.String()) }), nil
}

// WantedCase says whether a case of a table is among the filter's. Its name counts as Rego spells it, and as the policy
// does, without brackets and escapes.
func (r Rule) WantedCase(wanted *regexp.Regexp, name []string) bool {
	ref := r.Ref.Copy()
	for _, part := range name {
		ref = ref.Append(ast.StringTerm(part))
	}
	return wanted.MatchString(ref.String()) || wanted.MatchString(r.Ref.String()+"."+strings.Join(name, "."))
}

// Numbered is the set with tests of one name made distinct: the second `test_x` of a package is called `test_x#01`.
// Modules without such a test are shared with the given set.
func Numbered(set *source.Set) *source.Set {
	count := map[string]int{}
	numbered := *set
	numbered.Modules = slices.Clone(set.Modules)
	for i, m := range set.Modules {
		var tree *ast.Module
		var steps []string
		for j, rule := range m.Module.Rules {
			ref, kind := refOf(rule)
			if kind != testPrefix {
				continue
			}
			key := m.Module.Package.Path.Extend(ref).String()
			if n := count[key]; n > 0 {
				if tree == nil {
					tree = m.Module.Copy()
				}
				rename(tree.Rules[j], len(ref)-1, n)
				steps = append(steps, fmt.Sprintf("%d is number %d", j, n))
			}
			count[key]++
		}
		if tree != nil {
			numbered.Modules[i] = m.Rewritten(tree, strings.Join(steps, ", "))
		}
	}
	return &numbered
}

func rename(rule *ast.Rule, at, number int) {
	ref := rule.Head.Ref().Copy()
	switch name := ref[at].Value.(type) {
	case ast.Var:
		ref[at].Value = ast.Var(fmt.Sprintf("%s#%02d", name, number))
	case ast.String:
		ref[at].Value = ast.String(fmt.Sprintf("%s#%02d", string(name), number))
	}
	rule.Head.SetRef(ref)
}

// Of lists the tests of a set by place. Functions are no tests.
func Of(set *source.Set) []Rule {
	var rules []Rule
	for _, m := range set.Modules {
		for _, rule := range m.Module.Rules {
			ref, kind := refOf(rule)
			if kind == "" || len(rule.Head.Args) > 0 {
				continue
			}
			pkg := m.Module.Package.Path
			rules = append(rules, Rule{
				Package: pkg.String(), Name: ref.String(), Ref: pkg.Extend(ref), Location: rule.Loc(),
				Skip: kind == skipPrefix, Table: kind == testPrefix && rule.Head.DocKind() == ast.PartialObjectDoc,
			})
		}
	}
	slices.SortStableFunc(rules, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(a.Location.File, b.Location.File), cmp.Compare(a.Location.Row, b.Location.Row))
	})
	return slices.CompactFunc(rules, func(a, b Rule) bool { return a.Ref.Equal(b.Ref) })
}

// Is says whether the rule is a test, or one that is announced and not run.
func Is(rule *ast.Rule) bool {
	_, kind := refOf(rule)
	return kind != ""
}

// Functions are named as tests are, and are none: they have no value without arguments.
func Functions(set *source.Set) []Rule {
	var rules []Rule
	for _, m := range set.Modules {
		for _, rule := range m.Module.Rules {
			if ref, kind := refOf(rule); kind == testPrefix && len(rule.Head.Args) > 0 {
				pkg := m.Module.Package.Path
				rules = append(rules, Rule{Package: pkg.String(), Name: ref.String(), Ref: pkg.Extend(ref), Location: rule.Loc()})
			}
		}
	}
	return slices.CompactFunc(rules, func(a, b Rule) bool { return a.Ref.Equal(b.Ref) })
}

// refOf is the head of the rule up to the name that makes it a test, and which prefix that name has; none for a rule
// that is no test.
func refOf(rule *ast.Rule) (ast.Ref, string) {
	ground := rule.Head.Ref().GroundPrefix()
	for i, term := range ground {
		var name string
		switch v := term.Value.(type) {
		case ast.Var:
			name = string(v)
		case ast.String:
			name = string(v)
		}
		for _, prefix := range []string{testPrefix, skipPrefix} {
			if strings.HasPrefix(name, prefix) {
				return ground[:i+1], prefix
			}
		}
	}
	return nil, ""
}
