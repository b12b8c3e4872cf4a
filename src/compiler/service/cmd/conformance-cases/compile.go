package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/ir"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/types"

	"defenseclaw-gateway/rego-compiler/internal/builtins"
	"defenseclaw-gateway/rego-compiler/internal/diagnostics"
	"defenseclaw-gateway/rego-compiler/internal/emit"
	"defenseclaw-gateway/rego-compiler/internal/eval"
	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/plan"
	"defenseclaw-gateway/rego-compiler/internal/protocol"
	"defenseclaw-gateway/rego-compiler/internal/source"
)

// line is one case. The module's entrypoint 0 is the query, so solutions come back under the query's own names.
type line struct {
	Note                string                     `json:"note"`
	Topic               string                     `json:"topic"`
	Version             string                     `json:"version"`
	File                string                     `json:"file"`
	Query               string                     `json:"query"`
	Modules             []string                   `json:"modules,omitempty"`
	Wasm                []byte                     `json:"wasm,omitempty"`
	CompileError        *protocol.TestError        `json:"compileError,omitempty"`
	Builtins            []protocol.RequiredBuiltin `json:"builtins"`
	Data                *map[string]any            `json:"data,omitempty"`
	Input               *any                       `json:"input,omitempty"`
	InputTerm           *string                    `json:"inputTerm,omitempty"`
	WantResult          *[]map[string]any          `json:"wantResult,omitempty"`
	WantDefined         *bool                      `json:"wantDefined,omitempty"`
	WantError           *string                    `json:"wantError,omitempty"`
	WantErrorCode       *string                    `json:"wantErrorCode,omitempty"`
	SortBindings        bool                       `json:"sortBindings,omitempty"`
	IgnoreGeneratedVars bool                       `json:"ignoreGeneratedVars,omitempty"`
	StrictError         bool                       `json:"strictError,omitempty"`
	Env                 map[string]string          `json:"env,omitempty"`
	// OPA is the answer of the interpreter, in the order and with the digits that it prints.
	OPA protocol.EvaluationResult `json:"opa"`
}

type caseCompiler struct {
	host builtins.Host
}

// One case of the suite waits in a built-in of its own; in wasm it is a call of the host like any other.
func registerSleep() {
	rego.RegisterBuiltin1(
		&rego.Function{Name: "test.sleep", Decl: types.NewFunction(types.Args(types.S), types.NewNull())},
		func(rego.BuiltinContext, *ast.Term) (*ast.Term, error) { return ast.NullTerm(), nil },
	)
}

func newCaseCompiler(overrides []string) *caseCompiler {
	registerSleep()
	c := &caseCompiler{host: builtins.Host{Overrides: overrides}}
	for name := range ast.BuiltinMap {
		c.host.Hosted = append(c.host.Hosted, name)
	}
	return c
}

func (c *caseCompiler) line(tc versioned) (l *line) {
	l = &line{
		Note: tc.Note, Topic: strings.SplitN(tc.file, "/", 3)[1], Version: tc.version, File: tc.file, Query: tc.Query,
		Modules: tc.Modules, Builtins: []protocol.RequiredBuiltin{}, Data: tc.Data, Input: tc.Input, InputTerm: tc.InputTerm,
		WantResult: tc.WantResult, WantDefined: tc.WantDefined, WantError: tc.WantError, WantErrorCode: tc.WantErrorCode,
		SortBindings: tc.SortBindings, IgnoreGeneratedVars: tc.IgnoreGeneratedVars, StrictError: tc.StrictError, Env: tc.Env,
	}
	defer func() {
		if thrown := recover(); thrown != nil {
			l.CompileError = &protocol.TestError{Code: "panic", Message: fmt.Sprint(thrown)}
		}
	}()
	caps := ast.CapabilitiesForThisVersion(ast.CapabilitiesExperimentalKeywords(tc.ExperimentalKeywords))
	set, query, err := parse(tc, caps)
	if err == nil && tc.InputTerm != nil {
		l.InputTerm, err = plainTerm(*tc.InputTerm)
	}
	if err == nil {
		l.Builtins = c.required(set, query)
		l.OPA = interpret(tc, set, caps)
		l.Wasm, err = c.compile(set, query, caps)
	}
	if err != nil {
		l.CompileError = diagnostics.ErrorOf(err)
	}
	return l
}

// plainTerm leaves out what only Rego's own parser takes, such as a comma at the end of a list.
func plainTerm(text string) (*string, error) {
	term, err := ast.ParseTerm(text)
	if err != nil {
		return nil, err
	}
	plain := term.String()
	return &plain, nil
}

func parse(tc versioned, caps *ast.Capabilities) (*source.Set, ast.Body, error) {
	version, err := source.Version(tc.version)
	if err != nil {
		return nil, nil, err
	}
	options := ast.ParserOptions{RegoVersion: version, ProcessAnnotation: true, Capabilities: caps}
	set := &source.Set{Version: version}
	for i, text := range tc.Modules {
		path := fmt.Sprintf("module-%d.rego", i)
		module, err := ast.ParseModuleWithOpts(path, text, options)
		if err != nil {
			return nil, nil, err
		}
		set.Modules = append(set.Modules, source.NewParsed(path, module, source.Digest{}.Derived(path+text)))
	}
	query, err := ast.ParseBodyWithOpts(tc.Query, options)
	return set, query, err
}

// required looks at the query as if it were one more module.
func (c *caseCompiler) required(set *source.Set, query ast.Body) []protocol.RequiredBuiltin {
	module := &ast.Module{Package: &ast.Package{Path: ast.DefaultRootRef}}
	module.Rules = []*ast.Rule{{Head: ast.NewHead("query", nil, ast.InternedTerm(true)), Body: query, Module: module}}
	all := *set
	all.Modules = append(slices.Clone(set.Modules), source.NewParsed("query", module, source.Digest{}.Derived(query.String())))
	return c.host.Required(&all, false)
}

func (c *caseCompiler) compile(set *source.Set, query ast.Body, caps *ast.Capabilities) ([]byte, error) {
	own := *caps
	for _, name := range c.host.Overrides {
		own.Builtins = append(slices.Clip(own.Builtins), builtins.Override(ast.BuiltinMap[name]))
	}
	query = query.Copy()
	builtins.RedirectCalls(query, func(name string) bool { return slices.Contains(c.host.Overrides, name) })
	modules := map[string]*ast.Module{}
	for _, tree := range c.host.Redirect(set) {
		modules[tree.Package.Location.File] = tree
	}
	compiler := ast.NewCompiler().WithCapabilities(&own).WithDefaultRegoVersion(set.Version)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, compiler.Errors
	}
	policy, err := plan.Query(context.Background(), compiler, query, c.host.Declared())
	if err != nil {
		return nil, err
	}
	dropGenerated(policy)
	return link(policy)
}

func link(policy *ir.Policy) ([]byte, error) {
	lib, err := library.Load()
	if err != nil {
		return nil, err
	}
	functions, err := emit.Functions(lib, policy)
	if err != nil {
		return nil, err
	}
	entries, err := emit.Plans(lib, policy)
	if err != nil {
		return nil, err
	}
	code, _, err := emit.Link(lib, &emit.Program{Functions: functions, Entries: entries}, nil, nil)
	return code, err
}

// generatedPrefix begins the variables that OPA binds to what an expression of a query is, so that it can be shown. They are no
// part of the solutions that the suite wants.
const generatedPrefix = "$term"

func dropGenerated(policy *ir.Policy) {
	for _, p := range policy.Plans.Plans {
		for _, block := range p.Blocks {
			dropFrom(policy.Static, block)
		}
	}
}

func dropFrom(static *ir.Static, block *ir.Block) {
	for i, s := range block.Stmts {
		switch s := s.(type) {
		case *ir.ObjectInsertStmt:
			if key, ok := s.Key.Value.(ir.StringIndex); ok && strings.HasPrefix(static.Strings[key].Value, generatedPrefix) {
				block.Stmts[i] = &ir.NotEqualStmt{A: s.Value, B: ir.Operand{Value: ir.Bool(false)}}
			}
		case *ir.ScanStmt:
			dropFrom(static, s.Block)
		case *ir.WithStmt:
			dropFrom(static, s.Block)
		case *ir.BlockStmt:
			for _, b := range s.Blocks {
				dropFrom(static, b)
			}
		}
	}
}

// interpret is what OPA itself answers. Cases that set variables of the environment do so for the whole process; their
// names occur in no other case.
func interpret(tc versioned, set *source.Set, caps *ast.Capabilities) protocol.EvaluationResult {
	for name, value := range tc.Env {
		_ = os.Setenv(name, value)
	}
	compiler := ast.NewCompiler().WithCapabilities(caps).WithDefaultRegoVersion(set.Version)
	if compiler.Compile(set.Trees()); compiler.Failed() {
		return protocol.EvaluationResult{Error: diagnostics.ErrorOf(compiler.Errors)}
	}
	data := map[string]any{}
	if tc.Data != nil {
		data = *tc.Data
	}
	e := protocol.Evaluation{Query: tc.Query, StrictBuiltinErrors: tc.StrictError}
	if tc.InputTerm != nil {
		e.InputTerm = *tc.InputTerm
	} else if tc.Input != nil {
		text, err := json.Marshal(*tc.Input)
		if err != nil {
			return protocol.EvaluationResult{Error: diagnostics.ErrorOf(err)}
		}
		e.Input = string(text)
	}
	return eval.NewSession(compiler, set.Version, data, nil, 0).Evaluate(context.Background(), e)
}
