// Package marks lets compiled policies tell which rules held: those with METADATA labels, and those that say in METADATA what a
// decision of theirs means.
package marks

import (
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"

	"defenseclaw-gateway/rego-compiler/internal/compact"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// Name is what the end of a marked rule calls, with the text of the mark. It exists between compiling and emitting only.
const Name = "internal.mark"

// Builtin declares it for the planner.
var Builtin = &ast.Builtin{Name: Name, Decl: types.NewFunction([]types.Type{types.S}, nil)}

// mark is what the host reads. Its text is a constant of the code, so that it is there wherever the code is.
type mark struct {
	Rule   string         `json:"rule"`
	At     string         `json:"at"`
	Labels map[string]any `json:"labels,omitempty"`
	// Means is absent unless the value of the rule becomes a decision.
	Means *Meaning `json:"means,omitempty"`
}

// Marks are of the rules of a set, by their places.
type Marks struct {
	labels   map[place]map[string]any
	meanings map[place]*Meaning
}

type place struct {
	file     string
	row, col int
}

func placeOf(rule *ast.Rule) place {
	return place{rule.Location.File, rule.Location.Row, rule.Location.Col}
}

// Of finds what is to be marked.
func Of(set *source.Set) *Marks {
	m := &Marks{map[place]map[string]any{}, map[place]*Meaning{}}
	modules := make([]*ast.Module, 0, len(set.Modules))
	annotated := false
	for _, parsed := range set.Modules {
		modules = append(modules, parsed.Module)
		annotated = annotated || len(parsed.Module.Annotations) > 0
	}
	if !annotated {
		return m
	}
	// What is wrong with annotations is for the compiler to say.
	annotations, _ := ast.BuildAnnotationSet(modules)
	for _, module := range modules {
		each(module, func(rule *ast.Rule) {
			if annotations != nil {
				if labels, _ := annotations.MergedLabels(rule); len(labels) > 0 {
					m.labels[placeOf(rule)] = labels
				}
			}
			if meaning := meaningOf(rule); meaning != nil {
				m.meanings[placeOf(rule)] = meaning
			}
		})
	}
	return m
}

// each visits the rules of a module, those behind an `else` too.
func each(module *ast.Module, visit func(*ast.Rule)) {
	for _, rule := range module.Rules {
		for ; rule != nil; rule = rule.Else {
			if rule.Location != nil {
				visit(rule)
			}
		}
	}
}

// Put lets the rules of compiled modules mark that they held, as the last thing that they do.
func (m *Marks) Put(compiler *ast.Compiler) error {
	if len(m.labels) == 0 && len(m.meanings) == 0 {
		return nil
	}
	meanings := m.deciding(compiler.Modules)
	for _, module := range compiler.Modules {
		var failed error
		each(module, func(rule *ast.Rule) {
			at := placeOf(rule)
			made := mark{rule.Ref().String(), fmt.Sprintf("%s:%d", at.file, at.row), m.labels[at], meanings[rule]}
			if len(made.Labels) == 0 && made.Means == nil {
				return
			}
			text, err := compact.JSON(made)
			if err != nil {
				failed = fmt.Errorf("the METADATA of %s at %s: %w", made.Rule, made.At, err)
				return
			}
			rule.Body.Append(call(text, rule.Location))
		})
		if failed != nil {
			return failed
		}
	}
	return nil
}

// deciding are the meanings of those rules whose value becomes a decision.
func (m *Marks) deciding(modules map[string]*ast.Module) map[*ast.Rule]*Meaning {
	found := map[*ast.Rule]*Meaning{}
	if len(m.meanings) == 0 {
		return found
	}
	f := flowOf(modules)
	for rule := range f.deciders() {
		if meaning := m.meanings[placeOf(rule)]; meaning != nil {
			own := *meaning
			found[rule] = &own
		}
	}
	for rule, meaning := range found {
		for from := range f.reached(f.sources(rule)) {
			if _, meant := found[from]; meant && from != rule {
				meaning.HandsOn = true
			}
		}
	}
	return found
}

func call(text string, at *ast.Location) *ast.Expr {
	operator := ast.NewTerm(Builtin.Ref()).SetLocation(at)
	expr := ast.NewExpr([]*ast.Term{operator, ast.StringTerm(text).SetLocation(at)})
	return expr.SetLocation(at)
}
