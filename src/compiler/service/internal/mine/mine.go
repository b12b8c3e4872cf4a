// Package mine finds what modules ask of their input: which places of it, and what they compare those with. It reads the compiled syntax
// without running it, rather too much than too little: whoever generates inputs of it evaluates them anyway.
package mine

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"defenseclaw-gateway/rego-compiler/internal/check"
	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// maxRounds bounds how often what one rule hands to another is followed on.
const maxRounds = 8

// Run answers a `mine` request. Modules that do not compile are an error: whoever asks has compiled them before.
func Run(ctx context.Context, cache *source.Cache, params protocol.MineParams) (*protocol.MineResult, error) {
	found := diagnostics.NewList(params.Modules)
	set, complete := cache.Parse(params.Modules, params.RegoVersion, found)
	if !complete {
		return nil, fmt.Errorf("modules that cannot be parsed cannot be mined")
	}
	compiler := check.Compile(set, false, found)
	if compiler.Failed() {
		return nil, fmt.Errorf("modules that do not compile cannot be mined: %v", compiler.Errors[0])
	}
	m := &miner{compiler: compiler, places: places{}, shared: bindings{}, constants: map[string]ast.Value{}, uses: map[string]map[string]struct{}{}}
	for round := 0; round < maxRounds; round++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m.grown = false
		for _, module := range compiler.Modules {
			for _, rule := range module.Rules {
				m.rule(rule)
			}
		}
		if !m.grown {
			break
		}
	}
	return m.result(), nil
}

// miner gathers. What a variable stands for is looked for without regard to order: a rule says what holds, not what comes first.
type miner struct {
	compiler *ast.Compiler
	places   places
	// shared are parameters and values of rules, by the name of the rule.
	shared    bindings
	constants map[string]ast.Value
	// uses are packages that a package calls or reads, by their dotted names.
	uses  map[string]map[string]struct{}
	grown bool
}

func (m *miner) rule(rule *ast.Rule) {
	for ; rule != nil; rule = rule.Else {
		s := &scope{miner: m, name: rule.Ref().GroundPrefix().String(), pkg: packageOf(rule), local: bindings{}}
		m.use(s.pkg, s.pkg)
		for i, arg := range rule.Head.Args {
			s.unify(arg.Value, m.shared[parameter(s.name, i)], nil)
		}
		// Twice: a name may be used before it is bound.
		for range 2 {
			s.body(rule.Body)
		}
		if value := rule.Head.Value; value != nil {
			m.bind(m.shared, s.name, s.standsFor(value.Value))
		}
		if key := rule.Head.Key; key != nil {
			m.bind(m.shared, s.name, prolonged(s.standsFor(key.Value), anyMember))
		}
	}
}

// packageOf is the package of a rule, without `data`.
func packageOf(rule *ast.Rule) string {
	return strings.TrimPrefix(rule.Module.Package.Path.String(), "data.")
}

func (m *miner) use(pkg, used string) {
	if m.uses[pkg] == nil {
		m.uses[pkg] = map[string]struct{}{}
	}
	m.uses[pkg][used] = struct{}{}
}

func parameter(rule string, index int) string {
	return fmt.Sprintf("%s(%d)", rule, index)
}

// note keeps a constant that stands beside a place.
func (m *miner) note(at []place, value ast.Value) {
	for _, p := range at {
		if m.places.at(p).value(value) {
			m.grown = true
		}
	}
}

func (m *miner) constant(value ast.Value) {
	switch v := value.(type) {
	case ast.String:
		if len(v) > maxText {
			return
		}
	case ast.Number, ast.Boolean:
	default:
		return
	}
	if len(m.constants) < maxConstants {
		m.constants[value.String()] = value
	}
}

func (m *miner) bind(to bindings, name string, what []place) {
	if to.add(name, what) {
		m.grown = true
	}
}
