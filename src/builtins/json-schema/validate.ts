import type { Step } from '../../value/step.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import type { Meter } from '../builtin.js';
import { isNumber, numberText } from '../numeric.js';
import { isArray, typeName } from '../operands.js';
import { parseRational } from '../rational.js';
import { compilePattern, matches } from '../regex/pattern.js';
import { keyText } from '../term-text.js';
import { tooDeep } from '../text-limit.js';
import { fieldName, Outcome } from './errors.js';
import { matchesFormat } from './formats.js';
import { canonicalJson } from './json-value.js';
import { checkNumber } from './numbers.js';
import type { Schema } from './schema.js';

/** Schemas inside schemas that one validation follows; a `$ref` to itself would never end. */
const MAX_DEPTH = 500;

type Path = readonly string[];

/** Checks a JSON value; the mismatches come in OPA's order, with the members of an object sorted. */
export function validate(schema: Schema, document: RegoValue, meter: Meter): Outcome {
  return check(schema, document, [], 0, meter);
}

function check(schema: Schema, value: RegoValue, path: Path, depth: number, meter: Meter): Outcome {
  meter.step(1 + (path.length >> 3));
  if (depth > MAX_DEPTH) throw tooDeep('a schema and a document');
  const outcome = new Outcome();
  if (schema.pass !== undefined) {
    if (!schema.pass) outcome.add('false', path, 'False always fails validation');
    return outcome;
  }
  if (schema.target !== undefined) return check(schema.target, value, path, depth + 1, meter);
  const given = jsonType(value, meter);
  const fits =
    schema.types.length === 0 ||
    (schema.types as readonly string[]).includes(given) ||
    (given === 'integer' && schema.types.includes('number'));
  if (!fits) {
    const expected = schema.types.length === 1 ? schema.types.join() : `[${schema.types.join(',')}]`;
    outcome.add('invalid_type', path, `Invalid type. Expected: ${expected}, given: ${given}`);
    return outcome;
  }
  const inner = (part: Schema, item: RegoValue, at: Path): Outcome => {
    const tried = check(part, item, at, depth + 1, meter);
    meter.step(tried.errors.length >> 3);
    return tried;
  };
  combined(schema, value, path, outcome, inner);
  if (isNumber(value)) checkNumber(schema, value, path, outcome, meter);
  if (isArray(value)) array(schema, value, path, outcome, inner, meter);
  if (value instanceof RegoObject) object(schema, value, path, outcome, inner, meter);
  common(schema, value, path, outcome, meter);
  if (typeof value === 'string') string(schema, value, path, outcome, meter);
  if (value instanceof RegoObject) properties(schema, value, path, outcome, inner);
  outcome.score++;
  return outcome;
}

type Inner = (part: Schema, value: RegoValue, path: Path) => Outcome;

function jsonType(value: RegoValue, meter: Meter): string {
  if (!isNumber(value)) return typeName(value);
  const rational = parseRational(numberText(value), meter);
  return rational !== undefined && rational.numerator % rational.denominator === 0n ? 'integer' : 'number';
}

function combined(schema: Schema, value: RegoValue, path: Path, outcome: Outcome, inner: Inner): void {
  if (schema.anyOf.length > 0) {
    const tried = untilValid(schema.anyOf, (part) => inner(part, value, path));
    if (tried.at(-1)?.valid !== true) {
      outcome.add('number_any_of', path, 'Must validate at least one schema (anyOf)');
      outcome.merge(closest(tried));
    }
  }
  if (schema.oneOf.length > 0) {
    const tried = schema.oneOf.map((part) => inner(part, value, path));
    const valid = tried.filter((one) => one.valid).length;
    if (valid !== 1) outcome.add('number_one_of', path, 'Must validate one and only one schema (oneOf)');
    if (valid === 0) outcome.merge(closest(tried));
  }
  if (schema.allOf.length > 0) {
    const tried = schema.allOf.map((part) => inner(part, value, path));
    for (const one of tried) outcome.merge(one);
    if (tried.some((one) => !one.valid)) outcome.add('number_all_of', path, 'Must validate all the schemas (allOf)');
  }
  if (schema.not !== undefined && inner(schema.not, value, path).valid)
    outcome.add('number_not', path, 'Must not validate the schema (not)');
  if (value instanceof RegoObject) dependencies(schema, value, path, outcome, inner);
  condition(schema, value, path, outcome, inner);
  outcome.score++;
}

function untilValid(schemas: readonly Schema[], attempt: (schema: Schema) => Outcome): readonly Outcome[] {
  const tried: Outcome[] = [];
  for (const schema of schemas) {
    tried.push(attempt(schema));
    if (tried.at(-1)?.valid === true) break;
  }
  return tried;
}

/** The first of those with the best score. */
function closest(tried: readonly Outcome[]): Outcome {
  return tried.reduce((best, one) => (one.score > best.score ? one : best), tried[0] ?? new Outcome());
}

function dependencies(schema: Schema, value: RegoObject, path: Path, outcome: Outcome, inner: Inner): void {
  for (const [key] of value.entries) {
    const dependency = schema.dependencies.get(keyText(key));
    if (dependency === undefined) continue;
    if ('types' in dependency) {
      outcome.merge(inner(dependency, value, path));
    } else {
      for (const name of dependency) {
        if (value.get(name) === undefined) outcome.add('missing_dependency', path, `Has a dependency on ${name}`);
      }
    }
  }
}

function condition(schema: Schema, value: RegoValue, path: Path, outcome: Outcome, inner: Inner): void {
  if (schema.condition === undefined) return;
  const holds = inner(schema.condition, value, path).valid;
  const part = holds ? schema.then : schema.otherwise;
  const tried = part === undefined ? undefined : inner(part, value, path);
  if (tried === undefined || tried.valid) return;
  if (holds) outcome.add('condition_then', path, 'Must validate "then" as "if" was valid');
  else outcome.add('condition_else', path, 'Must validate "else" as "if" was not valid');
  outcome.merge(tried);
}

function common(schema: Schema, value: RegoValue, path: Path, outcome: Outcome, meter: Meter): void {
  const field = fieldName(path);
  const text = schema.constant !== undefined || schema.enumeration !== undefined ? canonicalJson(value, meter.step) : '';
  if (schema.constant !== undefined && text !== schema.constant) {
    outcome.add('const', path, `${field} does not match: ${schema.constant}`);
  }
  meter.step((schema.enumeration?.length ?? 0) >> 3);
  if (schema.enumeration?.includes(text) === false) {
    outcome.add('enum', path, `${field} must be one of the following: ${schema.enumerationText ?? ''}`);
  }
  if (schema.format !== undefined && typeof value === 'string' && !matchesFormat(schema.format, value, meter)) {
    outcome.add('format', path, `Does not match format '${schema.format}'`);
  }
  outcome.score++;
}

function string(schema: Schema, value: string, path: Path, outcome: Outcome, meter: Meter): void {
  const length = schema.minLength === undefined && schema.maxLength === undefined ? 0 : Array.from(value).length;
  if (schema.minLength !== undefined && length < schema.minLength) {
    outcome.add('string_gte', path, `String length must be greater than or equal to ${schema.minLength}`);
  }
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    outcome.add('string_lte', path, `String length must be less than or equal to ${schema.maxLength}`);
  }
  if (schema.pattern !== undefined && !matches(schema.pattern.compiled, value, meter.step))
    outcome.add('pattern', path, `Does not match pattern '${schema.pattern.source}'`);
  outcome.score++;
}

function array(schema: Schema, value: readonly RegoValue[], path: Path, outcome: Outcome, inner: Inner, { step }: Meter): void {
  items(schema, value, path, outcome, inner);
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    outcome.add('array_min_items', path, `Array must have at least ${schema.minItems} items`);
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    outcome.add('array_max_items', path, `Array must have at most ${schema.maxItems} items`);
  }
  if (schema.uniqueItems) unique(value, path, outcome, step);
  if (schema.contains !== undefined) {
    const { contains } = schema;
    const tried: Outcome[] = [];
    for (const [index, item] of value.entries()) {
      tried.push(inner(contains, item, [...path, String(index)]));
      if (tried.at(-1)?.valid === true) break;
    }
    if (tried.at(-1)?.valid !== true) {
      outcome.add('contains', path, 'At least one of the items must match');
      outcome.merge(closest(tried));
    }
  }
  outcome.score++;
}

function items(schema: Schema, value: readonly RegoValue[], path: Path, outcome: Outcome, inner: Inner): void {
  const list = schema.items;
  if (list === undefined) return;
  const places = Array.isArray(list) ? (list as readonly Schema[]) : undefined;
  if (places?.length === 0) return;
  for (const [index, item] of value.entries()) {
    const part = places === undefined ? (list as Schema) : (places[index] ?? schema.additionalItems);
    if (typeof part === 'object') outcome.merge(inner(part, item, [...path, String(index)]));
  }
  if (places !== undefined && places.length < value.length && schema.additionalItems === false) {
    outcome.add('array_no_additional_items', path, 'No additional items allowed on array');
  }
}

function unique(value: readonly RegoValue[], path: Path, outcome: Outcome, step: Step): void {
  const seen = new Map<string, number>();
  for (const [index, item] of value.entries()) {
    const text = canonicalJson(item, step);
    const earlier = seen.get(text);
    if (earlier !== undefined) outcome.add('unique', path, `array items[${earlier},${index}] must be unique`);
    seen.set(text, index);
  }
}

function object(schema: Schema, value: RegoObject, path: Path, outcome: Outcome, inner: Inner, meter: Meter): void {
  if (schema.minProperties !== undefined && value.size < schema.minProperties) {
    outcome.add('array_min_properties', path, `Must have at least ${schema.minProperties} properties`);
  }
  if (schema.maxProperties !== undefined && value.size > schema.maxProperties) {
    outcome.add('array_max_properties', path, `Must have at most ${schema.maxProperties} properties`);
  }
  for (const name of schema.required) {
    meter.step();
    if (value.get(name) === undefined) outcome.add('required', path, `${name} is required`);
    else outcome.score++;
  }
  for (const [key, item] of value.entries) additional(schema, keyText(key), item, path, outcome, inner, meter);
  if (schema.propertyNames !== undefined) {
    for (const [key] of value.entries) {
      const tried = inner(schema.propertyNames, key, path);
      if (tried.valid) continue;
      outcome.add('invalid_property_name', path, `Property name of "${keyText(key)}" does not match`);
      outcome.merge(tried);
    }
  }
  outcome.score++;
}

function additional(schema: Schema, key: string, item: RegoValue, path: Path, outcome: Outcome, inner: Inner, meter: Meter): void {
  const matching = [...schema.patternProperties].filter(([pattern]) => {
    meter.step(2);
    return matches(compilePattern(pattern, meter), key, meter.step);
  });
  for (const [, part] of matching) outcome.merge(inner(part, item, [...path, key]));
  if (matching.length > 0) outcome.score++;
  if (matching.length > 0 || schema.properties.has(key)) return;
  if (schema.additionalProperties === false) {
    outcome.add('additional_property_not_allowed', path, `Additional property ${key} is not allowed`);
  } else if (typeof schema.additionalProperties === 'object') {
    outcome.merge(inner(schema.additionalProperties, item, [...path, key]));
  }
}

function properties(schema: Schema, value: RegoObject, path: Path, outcome: Outcome, inner: Inner): void {
  for (const [name, part] of schema.properties) {
    const item = value.get(name);
    if (item !== undefined) outcome.merge(inner(part, item, [...path, name]));
  }
}
