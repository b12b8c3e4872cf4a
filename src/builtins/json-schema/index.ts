import { LRUCache } from 'lru-cache';
import { formatJson } from '../../value/format-json.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { BuiltinContext, BuiltinGroup, Meter } from '../builtin.js';
import { isArray } from '../operands.js';
import { parseJson } from '../strict-json.js';
import { compileSchema } from './compile.js';
import { mismatchValue } from './errors.js';
import type { Schema } from './schema.js';
import { validate } from './validate.js';

/** Compiled schemas kept per worker, and the longest text of one. */
const MAX_SCHEMAS = 64;
const MAX_KEPT_LENGTH = 65_536;

const compiled = new LRUCache<string, Schema>({ max: MAX_SCHEMAS });

function verifySchema(context: BuiltinContext, schema: RegoValue = null): RegoValue {
  try {
    compile(schema, context);
    return [true, null];
  } catch (error) {
    if (error instanceof BuiltinError) return [false, `jsonschema: ${error.message}`];
    throw error;
  }
}

function matchSchema(context: BuiltinContext, document: RegoValue = null, schema: RegoValue = null): RegoValue {
  const value = parseJson(jsonText(document, context), context.step);
  const { valid, errors } = validate(compile(schema, context), value, context);
  return [valid, errors.map(mismatchValue)];
}

function compile(schema: RegoValue, meter: Meter): Schema {
  const text = jsonText(schema, meter);
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const fresh = compileSchema(parseJson(text, meter.step), meter);
  if (text.length <= MAX_KEPT_LENGTH) compiled.set(text, fresh);
  return fresh;
}

/** A document comes as JSON text or as a value; sets become arrays on the way. */
function jsonText(value: RegoValue, { step }: Meter): string {
  if (typeof value !== 'string') {
    if (value instanceof RegoObject || isArray(value)) return formatJson(value, step);
    throw new BuiltinError('wrong type, expected string or object');
  }
  try {
    JSON.parse(value);
    return value;
  } catch (cause) {
    throw new BuiltinError('invalid JSON string', { cause });
  }
}

export const jsonSchemaBuiltins: BuiltinGroup = { 'json.verify_schema': verifySchema, 'json.match_schema': matchSchema };
