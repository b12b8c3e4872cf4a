import { RegoSet } from '../value/value.js';
import type { RegoObject, RegoValue } from '../value/value.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import { isArray, objectOperand, refuseOperand, stringOperand } from './operands.js';

function toArray(_context: BuiltinContext, value: RegoValue = null): RegoValue {
  if (isArray(value)) return value;
  return value instanceof RegoSet ? value.members : refuseOperand(1, value, 'array', 'set');
}

function toSet({ step }: BuiltinContext, value: RegoValue = null): RegoValue {
  if (value instanceof RegoSet) return value;
  return isArray(value) ? RegoSet.of(value, step) : refuseOperand(1, value, 'array', 'set');
}

function toBoolean(_context: BuiltinContext, value: RegoValue = null): RegoValue {
  return typeof value === 'boolean' ? value : refuseOperand(1, value, 'boolean');
}

function toNull(_context: BuiltinContext, value: RegoValue = null): RegoValue {
  return value === null ? null : refuseOperand(1, value, 'null');
}

/** Deprecated since OPA 0.13 and unknown to Rego v1; older modules still compile with them. */
export const castBuiltins: BuiltinGroup = {
  cast_array: toArray,
  cast_set: toSet,
  cast_boolean: toBoolean,
  cast_null: toNull,
  cast_string: (_context, value = null): string => stringOperand(value, 1),
  cast_object: (_context, value = null): RegoObject => objectOperand(value, 1),
};
