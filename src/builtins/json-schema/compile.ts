import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { Meter } from '../builtin.js';
import { isArray } from '../operands.js';
import { compilePattern, isValidPattern } from '../regex/pattern.js';
import { tooDeep } from '../text-limit.js';
import { canonicalJson } from './json-value.js';
import { arrayKeyword, countKeyword, invalidType, isSchemaValue, limitKeyword, limitOf, membersOf, stringKeyword } from './keywords.js';
import { References } from './references.js';
import { emptySchema, TYPES } from './schema.js';
import type { Schema, TypeName } from './schema.js';

/** Draft by `$schema`; 99 reads the keywords of all drafts, which is OPA's way without a known `$schema`. */
type Draft = 4 | 6 | 7 | 99;

const MAX_DEPTH = 500;

/** Compiles a schema; throws BuiltinError with the message of OPA's schema loader. */
export function compileSchema(document: RegoValue, meter: Meter): Schema {
  return new Compiler(document, meter).compile();
}

class Compiler {
  readonly #document: RegoValue;
  readonly #references: References;
  readonly #targets = new Map<string, Schema>();
  readonly #draft: Draft;
  readonly #meter: Meter;
  #depth = 0;

  constructor(document: RegoValue, meter: Meter) {
    if (!isSchemaValue(document)) throw new BuiltinError('schema is invalid');
    this.#document = document;
    this.#meter = meter;
    this.#draft = draftOf(document);
    this.#references = new References(document, meter.step);
  }

  compile(): Schema {
    return this.#schema(this.#document);
  }

  #schema(value: RegoValue, schema: Schema = emptySchema()): Schema {
    this.#meter.step();
    if (++this.#depth > MAX_DEPTH) throw tooDeep('a schema');
    if (typeof value === 'boolean' && this.#draft >= 6) schema.pass = value;
    else if (value instanceof RegoObject) this.#object(value, schema);
    else throw new BuiltinError('Expected: Valid Schema, given: Invalid JSON');
    this.#depth--;
    return schema;
  }

  #object(value: RegoObject, schema: Schema): void {
    stringKeyword(value, this.#draft === 4 || (this.#draft === 99 && value.get('id') !== undefined) ? 'id' : '$id');
    this.#definitions(value.get('definitions'));
    stringKeyword(value, 'title');
    stringKeyword(value, 'description');
    const reference = stringKeyword(value, '$ref');
    if (reference !== undefined && this.#reference(this.#references.absolute(value, reference), schema)) return;
    addTypes(value.get('type'), schema);
    this.#members(value, schema);
    this.#items(value, schema);
    this.#numbers(value, schema);
    strings(value, schema, this.#meter);
    sizes(value, schema);
    this.#combined(value, schema);
  }

  /** True when the target was compiled for this very reference: the keywords beside it are not even read then. */
  #reference(reference: string, schema: Schema): boolean {
    const known = this.#targets.get(reference);
    if (known !== undefined) {
      schema.target = known;
      return false;
    }
    const target = emptySchema();
    this.#targets.set(reference, target);
    const document = this.#references.resolve(reference);
    if (!isSchemaValue(document)) throw new BuiltinError('Valid Schema must be of type object');
    schema.target = this.#schema(document, target);
    return true;
  }

  #definitions(value: RegoValue | undefined): void {
    if (value === undefined) return;
    if (!(value instanceof RegoObject)) throw invalidType('Array Of Schemas', 'definitions');
    for (const [, definition] of value.entries) {
      if (!isSchemaValue(definition)) throw invalidType('Array Of Schemas', 'definitions');
      this.#schema(definition);
    }
  }

  #members(value: RegoObject, schema: Schema): void {
    const properties = value.get('properties');
    if (properties !== undefined) schema.properties = this.#named(membersOf(properties, 'Properties'));
    const additional = this.#booleanOrSchema(value, 'additionalProperties');
    if (additional !== undefined) schema.additionalProperties = additional;
    const patterns = value.get('patternProperties');
    if (patterns !== undefined) {
      if (!(patterns instanceof RegoObject)) throw invalidType('Valid Schema', 'patternProperties');
      const members = membersOf(patterns, 'patternProperties');
      const wrong = members.find(([pattern]) => !isValidPattern(pattern, this.#meter));
      if (wrong !== undefined) throw new BuiltinError(`Invalid regex pattern '${wrong[0]}'`);
      schema.patternProperties = this.#named(members);
    }
    const names = value.get('propertyNames');
    if (names !== undefined && this.#draft >= 6) {
      if (!isSchemaValue(names)) throw invalidType('Valid Schema', 'patternProperties');
      schema.propertyNames = this.#schema(names);
    }
    const dependencies = value.get('dependencies');
    if (dependencies !== undefined)
      for (const [name, item] of membersOf(dependencies, 'dependencies')) this.#dependency(name, item, schema);
  }

  #named(members: readonly (readonly [string, RegoValue])[]): Map<string, Schema> {
    return new Map(members.map(([name, item]) => [name, this.#schema(item)]));
  }

  #booleanOrSchema(value: RegoObject, key: string): boolean | Schema | undefined {
    const item = value.get(key);
    if (item === undefined || typeof item === 'boolean') return item;
    if (!(item instanceof RegoObject)) throw invalidType('boolean/Valid Schema', key);
    return this.#schema(item);
  }

  #dependency(name: string, item: RegoValue, schema: Schema): void {
    if (isSchemaValue(item)) {
      schema.dependencies.set(name, this.#schema(item));
    } else if (isArray(item) && item.every((key) => typeof key === 'string')) {
      schema.dependencies.set(name, item);
    } else {
      throw new BuiltinError('Dependency must be of type Schema Or Array Of Strings');
    }
  }

  #items(value: RegoObject, schema: Schema): void {
    const items = value.get('items');
    if (items !== undefined) {
      const list = isArray(items) ? items : [items];
      if (!list.every(isSchemaValue)) throw invalidType('Valid Schema/Array Of Schemas', 'items');
      schema.items = isArray(items) ? items.map((item) => this.#schema(item)) : this.#schema(items);
    }
    const additional = this.#booleanOrSchema(value, 'additionalItems');
    if (additional !== undefined) schema.additionalItems = additional;
  }

  #numbers(value: RegoObject, schema: Schema): void {
    const multipleOf = value.get('multipleOf');
    if (multipleOf !== undefined) {
      const limit = limitOf(multipleOf, this.#meter);
      if (limit === undefined) throw invalidType('Number', 'multipleOf');
      if (limit.value.numerator <= 0n) throw new BuiltinError('multipleOf must be strictly greater than 0');
      schema.multipleOf = limit;
    }
    this.#bound(value, schema, 'minimum', 'exclusiveMinimum');
    this.#bound(value, schema, 'maximum', 'exclusiveMaximum');
  }

  /** The exclusive keyword is a flag in draft 4 and a number since draft 6. */
  #bound(value: RegoObject, schema: Schema, key: 'minimum' | 'maximum', exclusiveKey: 'exclusiveMinimum' | 'exclusiveMaximum'): void {
    const limit = limitKeyword(value, key, this.#meter);
    if (limit !== undefined) schema[key] = limit;
    const exclusive = value.get(exclusiveKey);
    if (exclusive === undefined) return;
    const number = this.#draft === 4 ? undefined : limitOf(exclusive, this.#meter);
    if (number !== undefined) {
      schema[exclusiveKey] = number;
    } else if (typeof exclusive === 'boolean' && (this.#draft === 4 || this.#draft === 99)) {
      if (limit === undefined) throw new BuiltinError(`${exclusiveKey} cannot be used without ${key}`);
      if (!exclusive) return;
      schema[exclusiveKey] = limit;
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- one of two literal keys
      delete schema[key];
    } else {
      throw invalidType(this.#draft === 4 ? 'boolean' : this.#draft === 99 ? 'boolean/number' : 'number', exclusiveKey);
    }
  }

  #combined(value: RegoObject, schema: Schema): void {
    const contains = value.get('contains');
    if (contains !== undefined && this.#draft >= 6) schema.contains = this.#schema(contains);
    const constant = value.get('const');
    if (constant !== undefined && this.#draft >= 6) schema.constant = canonicalJson(constant, this.#meter.step);
    const listed = arrayKeyword(value, 'enum')?.map((item) => canonicalJson(item, this.#meter.step));
    if (listed !== undefined) {
      if (new Set(listed).size < listed.length) throw new BuiltinError('enum items must be unique');
      schema.enumeration = listed;
      schema.enumerationText = listed.join(', ');
    }
    for (const key of ['oneOf', 'anyOf', 'allOf'] as const)
      schema[key] = (arrayKeyword(value, key) ?? []).map((item) => this.#schema(item));
    const not = this.#part(value, 'not');
    if (not !== undefined) schema.not = not;
    if (this.#draft < 7) return;
    const [condition, then, otherwise] = [this.#part(value, 'if'), this.#part(value, 'then'), this.#part(value, 'else')];
    Object.assign(schema, condition && { condition }, then && { then }, otherwise && { otherwise });
  }

  #part(value: RegoObject, key: string): Schema | undefined {
    const item = value.get(key);
    if (item === undefined) return undefined;
    if (!isSchemaValue(item)) throw new BuiltinError(`${key} must be of an object`);
    return this.#schema(item);
  }
}

function draftOf(document: boolean | RegoObject): Draft {
  const name = typeof document === 'boolean' ? undefined : document.get('$schema');
  if (name === undefined) return 99;
  if (typeof name !== 'string') throw new BuiltinError('$schema must be of type string');
  const number = /^http:\/\/json-schema\.org\/draft-0([467])\/schema#?$/.exec(name)?.[1];
  return number === undefined ? 99 : (Number(number) as Draft);
}

function addTypes(value: RegoValue | undefined, schema: Schema): void {
  if (value === undefined) return;
  for (const name of isArray(value) ? value : [value]) {
    if (typeof name !== 'string') throw invalidType('type', 'string/Array Of Strings');
    if (!isTypeName(name)) {
      throw new BuiltinError(`has a primitive type that is NOT VALID -- given: /${name}/ Expected valid values are:[${TYPES.join(' ')}]`);
    }
    if (schema.types.includes(name)) throw new BuiltinError(`${name} type is duplicated`);
    schema.types.push(name);
  }
}

function isTypeName(name: string): name is TypeName {
  return (TYPES as readonly string[]).includes(name);
}

function strings(value: RegoObject, schema: Schema, meter: Meter): void {
  addCounts(value, schema, 'minLength', 'maxLength', 'maxLength');
  const pattern = stringKeyword(value, 'pattern');
  if (pattern !== undefined) {
    if (!isValidPattern(pattern, meter)) throw new BuiltinError('pattern must be a valid regex');
    schema.pattern = { source: pattern, compiled: compilePattern(pattern, meter) };
  }
  const format = stringKeyword(value, 'format');
  if (format !== undefined) schema.format = format;
}

function sizes(value: RegoObject, schema: Schema): void {
  addCounts(value, schema, 'minProperties', 'maxProperties', 'maxProperties');
  const required = new Set<string>();
  for (const name of arrayKeyword(value, 'required') ?? []) {
    if (typeof name !== 'string') throw invalidType('string', 'required');
    if (required.has(name)) throw new BuiltinError('required items must be unique');
    required.add(name);
  }
  schema.required = [...required];
  addCounts(value, schema, 'minItems', 'maxItems');
  const unique = value.get('uniqueItems');
  if (unique !== undefined && typeof unique !== 'boolean') throw new BuiltinError('uniqueItems must be of a boolean');
  schema.uniqueItems = unique ?? false;
}

type CountKey = 'minLength' | 'maxLength' | 'minProperties' | 'maxProperties' | 'minItems' | 'maxItems';

/** `ordered` names the upper keyword where OPA checks that the lower one is not above it. */
function addCounts(value: RegoObject, schema: Schema, low: CountKey, high: CountKey, ordered?: CountKey): void {
  const [least, most] = [countKeyword(value, low), countKeyword(value, high)];
  if (least !== undefined) schema[low] = least;
  if (most !== undefined) schema[high] = most;
  if (ordered !== undefined && (least ?? 0) > (most ?? Infinity)) throw new BuiltinError(`${low} cannot be greater than ${high}`);
}
