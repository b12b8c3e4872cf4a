const PATTERNS = 'a pattern is compiled once instead of in every evaluation, and by all of its syntax';

const INTEGERS = 'integers beyond 32 bits, and those that are written with a point or an exponent, are integers';

const SHIFTS = 'shifts beyond 32 bits do not stop the evaluation, and integers may be written with a point or an exponent';

/**
 * Native built-ins that the host answers instead, with the reason: what OPA's WebAssembly library gets wrong, or does slowly.
 * 20 patterns take 37 us in the host and 408 us in WebAssembly; a module without them is smaller by the whole of RE2 (190 KiB).
 */
export const OVERRIDE_REASONS: Readonly<Record<string, string>> = {
  'base64.decode': 'missing padding is refused',
  'base64.is_valid': 'missing padding is refused',
  'bits.lsh': SHIFTS,
  'bits.rsh': SHIFTS,
  format_int: 'integers beyond 32 bits do not stop the evaluation',
  'json.is_valid': 'text behind the value, keys that are no strings and commas at the end are no JSON',
  'json.marshal': 'sets and objects are written in order, and characters escaped as in OPA',
  'json.unmarshal': 'only JSON is taken, half a surrogate pair does not stop the evaluation, and the size of numbers is bounded',
  re_match: PATTERNS,
  'regex.find_all_string_submatch_n': PATTERNS,
  'regex.is_valid': PATTERNS,
  'regex.match': PATTERNS,
  to_number: 'what is no number is refused, and 01 is one',
};

/** Names of the overridden built-ins, sorted: the compiler has them called in the host. */
export const OVERRIDES: readonly string[] = Object.keys(OVERRIDE_REASONS);

/**
 * Native built-ins that ask the host where OPA's WebAssembly library is wrong, with the reason. Elsewhere they stay native: a call
 * of the host takes a microsecond or two. The compiler service knows when to ask (internal/library).
 */
export const ASSISTED_REASONS: Readonly<Record<string, string>> = {
  'array.slice': INTEGERS,
  'bits.and': INTEGERS,
  'bits.negate': INTEGERS,
  'bits.or': INTEGERS,
  'bits.xor': INTEGERS,
  concat: 'sets are joined in order',
  indexof: 'an empty search string is refused',
  replace: 'an empty search string does not run for ever',
  substring: INTEGERS,
};
