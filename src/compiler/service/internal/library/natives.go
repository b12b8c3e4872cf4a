package library

import (
	"maps"
	"slices"
)

// native says which function of OPA's WebAssembly library answers a built-in.
type native struct {
	name, symbol string
	arity        int
	// guard tells for which second operand the library is not asked at all.
	guard guard
}

type guard int

const (
	never guard = iota
	// setOperand: the library joins a set in the order of its hash table.
	setOperand
	// emptyOperand: the library finds an empty string at the start, or replaces it for ever.
	emptyOperand
	// zeroOperand: the library ends the evaluation when it divides nothing by nothing.
	zeroOperand
)

// natives are the built-ins that can refuse their arguments, which the library does by answering nothing. Those that
// answer everything are missing on purpose: their calls stay direct.
var natives = []native{
	{"abs", "opa_arith_abs", 1, never},
	{"and", "opa_set_intersection", 2, never},
	{"array.concat", "opa_array_concat", 2, never},
	{"array.flatten", "opa_array_flatten", 1, never},
	{"array.reverse", "opa_array_reverse", 1, never},
	{"array.slice", "opa_array_slice", 3, never},
	{"base64.decode", "opa_base64_decode", 1, never},
	{"base64.encode", "opa_base64_encode", 1, never},
	{"base64.is_valid", "opa_base64_is_valid", 1, never},
	{"base64url.decode", "opa_base64_url_decode", 1, never},
	{"base64url.encode", "opa_base64_url_encode", 1, never},
	{"bits.and", "opa_bits_and", 2, never},
	{"bits.lsh", "opa_bits_shiftleft", 2, never},
	{"bits.negate", "opa_bits_negate", 1, never},
	{"bits.or", "opa_bits_or", 2, never},
	{"bits.rsh", "opa_bits_shiftright", 2, never},
	{"bits.xor", "opa_bits_xor", 2, never},
	{"ceil", "opa_arith_ceil", 1, never},
	{"concat", "opa_strings_concat", 2, setOperand},
	{"contains", "opa_strings_contains", 2, never},
	{"count", "opa_agg_count", 1, never},
	{"div", "opa_arith_divide", 2, zeroOperand},
	{"endswith", "opa_strings_endswith", 2, never},
	{"floor", "opa_arith_floor", 1, never},
	{"format_int", "opa_strings_format_int", 2, never},
	{"glob.match", "opa_glob_match", 3, never},
	{"graph.reachable", "builtin_graph_reachable", 2, never},
	{"indexof", "opa_strings_indexof", 2, emptyOperand},
	{"intersection", "opa_sets_intersection", 1, never},
	{"json.filter", "builtin_json_filter", 2, never},
	{"json.marshal", "opa_json_marshal", 1, never},
	{"json.remove", "builtin_json_remove", 2, never},
	{"json.unmarshal", "opa_json_unmarshal", 1, never},
	{"lower", "opa_strings_lower", 1, never},
	{"max", "opa_agg_max", 1, never},
	{"min", "opa_agg_min", 1, never},
	{"minus", "opa_arith_minus", 2, never},
	{"mul", "opa_arith_multiply", 2, never},
	{"net.cidr_contains", "opa_cidr_contains", 2, never},
	{"net.cidr_intersects", "opa_cidr_intersects", 2, never},
	{"numbers.range", "opa_numbers_range", 2, never},
	{"object.filter", "builtin_object_filter", 2, never},
	{"object.get", "builtin_object_get", 3, never},
	{"object.keys", "builtin_object_keys", 1, never},
	{"object.remove", "builtin_object_remove", 2, never},
	{"object.union", "builtin_object_union", 2, never},
	{"object.union_n", "builtin_object_union_n", 1, never},
	{"or", "opa_set_union", 2, never},
	{"plus", "opa_arith_plus", 2, never},
	{"product", "opa_agg_product", 1, never},
	{"regex.find_all_string_submatch_n", "opa_regex_find_all_string_submatch", 3, never},
	{"regex.match", "opa_regex_match", 2, never},
	{"rem", "opa_arith_rem", 2, never},
	{"replace", "opa_strings_replace", 3, emptyOperand},
	{"round", "opa_arith_round", 1, never},
	{"set_diff", "opa_set_diff", 2, never},
	{"sort", "opa_agg_sort", 1, never},
	{"split", "opa_strings_split", 2, never},
	{"startswith", "opa_strings_startswith", 2, never},
	{"strings.replace_n", "opa_strings_replace_n", 2, never},
	{"strings.reverse", "opa_strings_reverse", 1, never},
	{"substring", "opa_strings_substring", 3, never},
	{"sum", "opa_agg_sum", 1, never},
	{"to_number", "opa_to_number", 1, never},
	{"trim", "opa_strings_trim", 2, never},
	{"trim_left", "opa_strings_trim_left", 2, never},
	{"trim_prefix", "opa_strings_trim_prefix", 2, never},
	{"trim_right", "opa_strings_trim_right", 2, never},
	{"trim_space", "opa_strings_trim_space", 1, never},
	{"trim_suffix", "opa_strings_trim_suffix", 2, never},
	{"union", "opa_sets_union", 1, never},
	{"upper", "opa_strings_upper", 1, never},
}

// nativePrefix begins the name under which the wrapper of a native is exported.
const nativePrefix = "native."

// always are the natives that answer whatever they are given, and so need no wrapper.
var always = map[string]string{
	"all": "opa_agg_all", "any": "opa_agg_any", "equal": "opa_cmp_eq", "gt": "opa_cmp_gt", "gte": "opa_cmp_gte",
	"internal.member_2": "builtin_member", "internal.member_3": "builtin_member3", "is_array": "opa_types_is_array",
	"is_boolean": "opa_types_is_boolean", "is_null": "opa_types_is_null", "is_number": "opa_types_is_number",
	"is_object": "opa_types_is_object", "is_set": "opa_types_is_set", "is_string": "opa_types_is_string",
	"json.is_valid": "opa_json_is_valid", "lt": "opa_cmp_lt", "lte": "opa_cmp_lte", "net.cidr_overlap": "opa_cidr_contains",
	"neq": "opa_cmp_neq", "re_match": "opa_regex_match", "regex.is_valid": "opa_regex_is_valid", "type_name": "opa_types_name",
	"walk": walk,
}

// direct are the functions of always, each once.
var direct = slices.Compact(slices.Sorted(maps.Values(always)))

// byName are the exported names by those of Rego.
var byName = func() map[string]string {
	names := maps.Clone(always)
	for _, n := range natives {
		names[n.name] = nativePrefix + n.name
	}
	names["internal.template_string"] = nativePrefix + "internal.template_string"
	return names
}()

// Native gives the exported function that answers a built-in.
func Native(name string) (string, bool) {
	symbol, ok := byName[name]
	return symbol, ok
}

// Natives are the names of all built-ins that the library answers, sorted.
func Natives() []string { return slices.Sorted(maps.Keys(byName)) }
