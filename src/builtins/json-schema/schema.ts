import type { RE2JS } from 're2js';
import type { Rational } from '../rational.js';

/** Names of JSON Schema's types, in the order in which OPA lists them. */
export const TYPES = ['array', 'boolean', 'integer', 'number', 'null', 'object', 'string'] as const;

export type TypeName = (typeof TYPES)[number];

/** A limit with the text that messages show. */
export interface Limit {
  readonly value: Rational;
  readonly text: string;
}

/**
 * One compiled schema. OPA reads drafts 4, 6 and 7 and, without `$schema`, all their keywords together. Mutable while the
 * compiler fills it, since schemas may refer to themselves.
 */
export interface Schema {
  /** `true` and `false` as schemas. */
  pass?: boolean;
  /** `$ref`: nothing beside it counts. */
  target?: Schema;
  readonly types: TypeName[];
  properties: Map<string, Schema>;
  patternProperties: Map<string, Schema>;
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  dependencies: Map<string, readonly string[] | Schema>;
  /** One schema for all items, or one for each place. */
  items?: Schema | readonly Schema[];
  additionalItems?: boolean | Schema;
  contains?: Schema;
  multipleOf?: Limit;
  minimum?: Limit;
  exclusiveMinimum?: Limit;
  maximum?: Limit;
  exclusiveMaximum?: Limit;
  minLength?: number;
  maxLength?: number;
  pattern?: { readonly source: string; readonly compiled: RE2JS };
  format?: string;
  minProperties?: number;
  maxProperties?: number;
  required: string[];
  minItems?: number;
  maxItems?: number;
  uniqueItems: boolean;
  /** Canonical JSON, numbers as float64. */
  constant?: string;
  enumeration?: readonly string[];
  /** As messages list it. */
  enumerationText?: string;
  oneOf: readonly Schema[];
  anyOf: readonly Schema[];
  allOf: readonly Schema[];
  not?: Schema;
  condition?: Schema;
  then?: Schema;
  otherwise?: Schema;
}

export function emptySchema(): Schema {
  return {
    types: [],
    properties: new Map(),
    patternProperties: new Map(),
    dependencies: new Map(),
    required: [],
    uniqueItems: false,
    oneOf: [],
    anyOf: [],
    allOf: [],
  };
}
