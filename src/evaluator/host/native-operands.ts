/** What one operand of a native built-in may be, in the words of OPA's messages; `any` is everything. */
export interface Operand {
  readonly types: readonly string[];
  /** Type of the elements, where it is checked. */
  readonly of?: string;
}

const any: Operand = { types: ['any'] };
const string: Operand = { types: ['string'] };
const number: Operand = { types: ['number'] };
const integer: Operand = { types: ['integer number'] };
const natural: Operand = { types: ['an unsigned integer number'] };
const array: Operand = { types: ['array'] };
const set: Operand = { types: ['set'] };
const object: Operand = { types: ['object'] };
const list: Operand = { types: ['set', 'array'] };
const numbers: Operand = { types: ['set', 'array'], of: 'number' };
const sets: Operand = { types: ['set'], of: 'set' };
const keys: Operand = { types: ['object', 'set', 'array'] };

/**
 * Operands of the native built-ins that can refuse them. OPA's WebAssembly library says only that it refused; from these
 * follows why. Those not listed answer whatever they are given.
 */
export const NATIVE_OPERANDS: Readonly<Record<string, readonly Operand[]>> = {
  abs: [number],
  and: [set, set],
  'array.concat': [array, array],
  'array.flatten': [array],
  'array.reverse': [array],
  'array.slice': [array, integer, integer],
  'base64.decode': [string],
  'base64.encode': [string],
  'base64.is_valid': [string],
  'base64url.decode': [string],
  'base64url.encode': [string],
  'bits.and': [integer, integer],
  'bits.lsh': [integer, natural],
  'bits.negate': [integer],
  'bits.or': [integer, integer],
  'bits.rsh': [integer, natural],
  'bits.xor': [integer, integer],
  ceil: [number],
  concat: [string, { types: ['set', 'array'], of: 'string' }],
  contains: [string, string],
  count: [{ types: ['array', 'object', 'set', 'string'] }],
  div: [number, number],
  endswith: [string, string],
  floor: [number],
  format_int: [number, { types: ['2', '8', '10', '16'] }],
  'glob.match': [string, { types: ['array', 'null'] }, string],
  'graph.reachable': [object, { types: ['{array, set}'] }],
  indexof: [string, string],
  intersection: [sets],
  'json.filter': [object, list],
  'json.marshal': [any],
  'json.remove': [object, list],
  'json.unmarshal': [string],
  lower: [string],
  max: [list],
  min: [list],
  minus: [{ types: ['number', 'set'] }, any],
  mul: [number, number],
  'net.cidr_contains': [string, string],
  'net.cidr_intersects': [string, string],
  'numbers.range': [integer, integer],
  'object.filter': [object, keys],
  'object.get': [object, any, any],
  'object.keys': [object],
  'object.remove': [object, keys],
  'object.union': [object, object],
  'object.union_n': [{ types: ['array'], of: 'object' }],
  or: [set, set],
  plus: [number, number],
  product: [numbers],
  'regex.find_all_string_submatch_n': [string, string, integer],
  'regex.match': [string, string],
  rem: [number, number],
  replace: [string, string, string],
  round: [number],
  set_diff: [set, set],
  sort: [list],
  split: [string, string],
  startswith: [string, string],
  'strings.replace_n': [object, string],
  'strings.reverse': [string],
  substring: [string, integer, integer],
  sum: [numbers],
  to_number: [{ types: ['null', 'boolean', 'number', 'string'] }],
  trim: [string, string],
  trim_left: [string, string],
  trim_prefix: [string, string],
  trim_right: [string, string],
  trim_space: [string],
  trim_suffix: [string, string],
  union: [sets],
  upper: [string],
};
