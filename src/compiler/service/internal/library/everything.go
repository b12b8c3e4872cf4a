package library

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// used are the functions of OPA's library that the code of policies calls by itself.
var used = []string{
	"opa_array_append", "opa_array_with_cap", "opa_mapping_init", "opa_mapping_lookup", "opa_malloc_init",
	"opa_memoize_get", "opa_memoize_insert", "opa_memoize_pop", "opa_memoize_push", "opa_mpd_init", "opa_null", "opa_number_int",
	"opa_number_size", "opa_object", "opa_object_insert", "opa_runtime_error", "opa_set", "opa_set_add", compare, iterate,
	"opa_value_get", "opa_value_length", "opa_value_merge", "opa_value_number_set_int", "opa_value_shallow_copy", "opa_value_type",
}

const constructs = `package library.constructs

import future.keywords

objects[x] = y { some x, y in input.a }

sets contains x { some x in input.a }

dynamic := data.library[input.a].target

mocked { data.library.a.target with data.library.base as 1 }

number := 1.5

count_of { [1, x] = input.a; x == null }

merged := data.library.a
`

const targets = `package library.%s

target := input.x
`

// compileAll compiles a policy that uses every native and every construct, so that OPA's compiler drops nothing of its library.
// It is in the older Rego, where the deprecated ones may still be called.
func compileAll(ctx context.Context) ([]byte, error) {
	var text strings.Builder
	text.WriteString("package library.natives\n\nimport future.keywords\n")
	for i, name := range Natives() {
		b, ok := ast.BuiltinMap[name]
		if !ok {
			return nil, fmt.Errorf("OPA has no built-in %s", name)
		}
		arguments := strings.Repeat("input.x, ", b.Decl.Arity())
		if b.Relation {
			fmt.Fprintf(&text, "r%d := [x | %s(%sx)]\n", i, name, arguments)
		} else {
			fmt.Fprintf(&text, "r%d := [x | x = %s(%s)]\n", i, name, strings.TrimSuffix(arguments, ", "))
		}
	}
	result, err := rego.New(
		rego.SetRegoVersion(ast.RegoV0),
		rego.Query("data = x"),
		rego.Module("natives.rego", text.String()), rego.Module("constructs.rego", constructs),
		rego.Module("a.rego", fmt.Sprintf(targets, "a")), rego.Module("b.rego", fmt.Sprintf(targets, "b")),
	).Compile(ctx)
	if err != nil {
		return nil, fmt.Errorf("making OPA's library: %w", err)
	}
	return result.Bytes, nil
}
