package eval

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/rego/compile"
	"github.com/open-policy-agent/opa/v1/server/failtracer"

	"defenseclaw-gateway/rego-compiler/internal/compact"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
)

// invalidUnknown is OPA's code for an unknown that is neither input nor data.
const invalidUnknown = "invalid_unknown"

// filters translates the conditions of a rule, while some documents are not known, into queries of data sources, as OPA's Compile API does.
// What the rule asks that no such query can say is told by the result; what is wrong with the request is an error.
func filters(ctx context.Context, setup []func(*rego.Rego), compiler *ast.Compiler, query string, asked protocol.Filters, input ast.Value) (*protocol.FiltersResult, error) {
	rule, err := ast.ParseRef(query)
	if err != nil {
		return nil, err
	}
	unknowns, mask, err := given(rule, asked)
	if err != nil {
		return nil, err
	}
	if len(unknowns) == 0 || mask == nil {
		said, saidMask, err := annotated(compiler, rule)
		if err != nil {
			return told(err)
		}
		if len(unknowns) == 0 {
			unknowns = said
		}
		if mask == nil {
			mask = saidMask
		}
	}
	var mappings map[string]any
	if asked.Mappings != "" {
		if err := json.Unmarshal([]byte(asked.Mappings), &mappings); err != nil {
			return nil, err
		}
	}
	// Masks are read as plain values, whatever the answers of this session are made as.
	setup = append(setup, rego.DisableInlining(asked.DisableInlining), rego.GenerateJSON(nil))
	options := []compile.CompileOption{
		compile.ParsedQuery(ast.NewBody(ast.NewExpr(ast.NewTerm(rule)))),
		compile.ParsedUnknowns(terms(unknowns)...),
		compile.Mappings(mappings),
		compile.Metrics(metrics.New()),
		compile.Rego(setup...),
	}
	if mask != nil {
		options = append(options, compile.MaskRule(mask))
	}
	for _, target := range asked.Targets {
		options = append(options, compile.Target(target.Target, target.Dialect))
	}
	prepared, err := compile.New(options...).Prepare(ctx)
	if err != nil {
		return nil, err
	}
	failures := failtracer.New()
	evaluation := []rego.EvalOption{rego.EvalQueryTracer(failures)}
	if input != nil {
		evaluation = append(evaluation, rego.EvalParsedInput(input))
	}
	found, err := prepared.Compile(ctx, evaluation...)
	if err != nil {
		return told(err)
	}
	answer := &protocol.FiltersResult{}
	for _, target := range asked.Targets {
		text, err := filterText(found.For(target.Target, target.Dialect))
		if err != nil {
			return nil, err
		}
		answer.Results = append(answer.Results, text)
	}
	if hints := failures.Hints(tables(unknowns)); len(hints) > 0 {
		answer.Hints, err = compact.JSON(hints)
	}
	return answer, err
}

// filterText is empty for what can never be.
func filterText(filter compile.Filter) (string, error) {
	if filter.Query == nil {
		return "", nil
	}
	return compact.JSON(struct {
		Query any            `json:"query"`
		Masks map[string]any `json:"masks,omitempty"`
	}{filter.Query, filter.Masks})
}

// told puts what OPA found in the rules into the result: all of it, with its places.
func told(err error) (*protocol.FiltersResult, error) {
	var found ast.Errors
	if !errors.As(err, &found) {
		if errors.Is(err, compile.ErrInvalidMappings) {
			return &protocol.FiltersResult{InvalidMappings: err.Error()}, nil
		}
		return nil, err
	}
	text, err := compact.JSON(found)
	return &protocol.FiltersResult{Errors: text}, err
}

// given reads what the request says of unknowns and of the mask rule, which is one of the same package unless all of its path is there.
func given(rule ast.Ref, asked protocol.Filters) (unknowns []ast.Ref, mask ast.Ref, err error) {
	for _, text := range asked.Unknowns {
		unknown, err := ast.ParseRef(text)
		if err != nil {
			return nil, nil, err
		}
		unknowns = append(unknowns, unknown)
	}
	if asked.MaskRule == "" {
		return unknowns, nil, nil
	}
	path := asked.MaskRule
	if !strings.HasPrefix(path, "data.") {
		path = rule[:len(rule)-1].String() + "." + path
	}
	mask, err = ast.ParseRef(path)
	return unknowns, mask, err
}

// annotated is what the METADATA of a rule says of both.
func annotated(compiler *ast.Compiler, rule ast.Ref) (unknowns []ast.Ref, mask ast.Ref, err error) {
	annotations, rules := compiler.GetAnnotationSet(), compiler.GetRulesExact(rule)
	if annotations == nil || len(rules) == 0 {
		return nil, nil, nil
	}
	var wrong ast.Errors
	for _, found := range annotations.Chain(rules[0]) {
		if found.Annotations == nil || found.Annotations.Compile == nil {
			continue
		}
		said := found.Annotations.Compile
		if mask == nil && said.MaskRule != nil {
			mask = said.MaskRule
			if !mask.HasPrefix(ast.DefaultRootRef) {
				mask = rules[0].Module.Package.Path.Extend(mask)
			}
		}
		for _, unknown := range said.Unknowns {
			if !unknown.HasPrefix(ast.DefaultRootRef) && !unknown.HasPrefix(ast.InputRootRef) {
				wrong = append(wrong, ast.NewError(invalidUnknown, found.Annotations.Loc(), "an unknown begins with input or data: %v", unknown))
				continue
			}
			unknowns = append(unknowns, unknown)
		}
	}
	if len(wrong) > 0 {
		return nil, nil, wrong
	}
	return unknowns, mask, nil
}

// tables are the unknowns that are named below input or data, which is where a hint looks for a name that is spelt almost so.
func tables(unknowns []ast.Ref) []ast.Ref {
	var named []ast.Ref
	for _, unknown := range unknowns {
		if len(unknown) < 2 {
			continue
		}
		if _, ok := unknown[1].Value.(ast.String); ok {
			named = append(named, unknown)
		}
	}
	return named
}

func terms(refs []ast.Ref) []*ast.Term {
	all := make([]*ast.Term, len(refs))
	for i, ref := range refs {
		all[i] = ast.NewTerm(ref)
	}
	return all
}
