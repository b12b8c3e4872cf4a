import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import type { BuiltinGroup } from '../builtin.js';
import { BuiltinError } from '../builtin.js';
import { stringOperand, typeName } from '../operands.js';
import { checkSchema } from './check-schema.js';
import { convertQuery } from './convert-query.js';
import { convertSchema } from './convert-schema.js';
import type { GqlQueryDocument, GqlSchemaDocument } from './document.js';
import { queryFromRego, schemaFromRego } from './from-rego.js';
import { printQuery } from './print.js';
import { assembleSchema } from './schema.js';
import { parseSource } from './source.js';
import { treeToRego } from './to-rego.js';
import { buildSchema, validateQuery } from './validate-query.js';

/** `graphql.*`: gqlparser's trees and rules over the parser and the validation of graphql-js. */
export const graphqlBuiltins: BuiltinGroup = {
  'graphql.parse_query': (_, text = null) => treeToRego(convertQuery(parseSource(stringOperand(text, 1)).node)),
  'graphql.parse_schema': (_, text = null) => treeToRego(convertSchema(parseSource(stringOperand(text, 1)))),
  'graphql.schema_is_valid': (_, schema = null) => holds(() => readSchema(schema)),
  'graphql.is_valid': (_, query = null, schema = null) => holds(() => readBoth(query, schema)),
  'graphql.parse': (_, query = null, schema = null) => readBoth(query, schema),
  'graphql.parse_and_verify': (_, query = null, schema = null) => {
    const trees = attempt(() => readBoth(query, schema));
    return trees === undefined ? [false, RegoObject.of([]), RegoObject.of([])] : [true, ...trees];
  },
};

interface ReadSchema {
  readonly tree: RegoValue;
  readonly schema: GraphQLSchema;
}

/** Checked schemas by their text: services have few of them and check many queries. As many as OPA keeps. */
const schemas = new LRUCache<string, ReadSchema>({ max: 10, maxSize: 2 ** 22, sizeCalculation: (_, text) => text.length + 1 });

/** The trees of a valid query and its valid schema. Throws BuiltinError. */
function readBoth(queryValue: RegoValue, schemaValue: RegoValue): readonly [RegoValue, RegoValue] {
  const { document, node } = readQuery(queryValue);
  const { tree, schema } = readSchema(schemaValue);
  // A query without operations has nothing to be wrong.
  if (node !== undefined) validateQuery(schema, node);
  return [treeToRego(document), tree];
}

function readQuery(value: RegoValue): { readonly document: GqlQueryDocument; readonly node: DocumentNode | undefined } {
  if (typeof value === 'string') {
    const { node } = parseSource(value);
    return { document: convertQuery(node), node };
  }
  if (!(value instanceof RegoObject)) throw refusal(value);
  const document = queryFromRego(value);
  return { document, node: parseSource(printQuery(document)).node };
}

function readSchema(value: RegoValue): ReadSchema {
  if (typeof value !== 'string') {
    if (value instanceof RegoObject) return check(schemaFromRego(value));
    throw refusal(value);
  }
  const known = schemas.get(value);
  if (known !== undefined) return known;
  const read = check(convertSchema(parseSource(value)));
  schemas.set(value, read);
  return read;
}

function check(document: GqlSchemaDocument): ReadSchema {
  const assembled = assembleSchema(document);
  checkSchema(assembled);
  return { tree: treeToRego(document), schema: buildSchema(assembled) };
}

function refusal(value: RegoValue): BuiltinError {
  return new BuiltinError(`operand must be one of {string, object} but got ${typeName(value)}`, { kind: 'type' });
}

function holds(read: () => unknown): boolean {
  return attempt(read) !== undefined;
}

/** What `read` gives, or undefined when it refuses. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof BuiltinError) return undefined;
    throw error;
  }
}
