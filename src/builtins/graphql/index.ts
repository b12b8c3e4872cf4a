import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { formatTerm } from '../../value/format-term.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import type { BuiltinGroup, Meter } from '../builtin.js';
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
import type { GqlSource } from './source.js';
import { treeToRego } from './to-rego.js';
import { buildSchema, validateQuery } from './validate-query.js';
import { buildingWork, parsingWork, validatingWork } from './work.js';

/** `graphql.*`: gqlparser's trees and rules over the parser and the validation of graphql-js. */
export const graphqlBuiltins: BuiltinGroup = {
  'graphql.parse_query': (meter, text = null) => treeToRego(convertQuery(parsed(stringOperand(text, 1), meter).node)),
  'graphql.parse_schema': (meter, text = null) => treeToRego(convertSchema(parsed(stringOperand(text, 1), meter))),
  'graphql.schema_is_valid': (meter, schema = null) => holds(() => readSchema(schema, meter)),
  'graphql.is_valid': (meter, query = null, schema = null) => holds(() => readBoth(query, schema, meter)),
  'graphql.parse': (meter, query = null, schema = null) => readBoth(query, schema, meter),
  'graphql.parse_and_verify': (meter, query = null, schema = null) => {
    const trees = attempt(() => readBoth(query, schema, meter));
    return trees === undefined ? [false, RegoObject.of([]), RegoObject.of([])] : [true, ...trees];
  },
};

interface ReadSchema {
  readonly tree: RegoValue;
  readonly schema: GraphQLSchema;
  /** Characters of its text. */
  readonly length: number;
}

/** Checked schemas by their text: services have few of them and check many queries. As many as OPA keeps. */
const schemas = new LRUCache<string, ReadSchema>({ max: 10, maxSize: 2 ** 22, sizeCalculation: (_, text) => text.length + 1 });

/** The trees of a valid query and its valid schema. Throws BuiltinError. */
function readBoth(queryValue: RegoValue, schemaValue: RegoValue, meter: Meter): readonly [RegoValue, RegoValue] {
  const { document, node, text } = readQuery(queryValue, meter);
  const { tree, schema, length } = readSchema(schemaValue, meter);
  meter.reserve(validatingWork(text, length));
  // A query without operations has nothing to be wrong.
  if (node !== undefined) validateQuery(schema, node);
  return [treeToRego(document), tree];
}

interface ReadQuery {
  readonly document: GqlQueryDocument;
  readonly node: DocumentNode | undefined;
  readonly text: string;
}

function readQuery(value: RegoValue, meter: Meter): ReadQuery {
  if (typeof value === 'string') {
    const { node } = parsed(value, meter);
    return { document: convertQuery(node), node, text: value };
  }
  if (!(value instanceof RegoObject)) throw refusal(value);
  const document = queryFromRego(value);
  const text = printQuery(document);
  return { document, node: parsed(text, meter).node, text };
}

function readSchema(value: RegoValue, meter: Meter): ReadSchema {
  if (typeof value !== 'string') {
    if (!(value instanceof RegoObject)) throw refusal(value);
    const { length } = formatTerm(value, meter.step);
    meter.reserve(buildingWork(length));
    return { ...check(schemaFromRego(value)), length };
  }
  const known = schemas.get(value);
  if (known !== undefined) return known;
  meter.reserve(buildingWork(value.length));
  const read = { ...check(convertSchema(parseSource(value))), length: value.length };
  schemas.set(value, read);
  return read;
}

function parsed(text: string, { reserve }: Meter): GqlSource {
  reserve(parsingWork(text));
  return parseSource(text);
}

function check(document: GqlSchemaDocument): Omit<ReadSchema, 'length'> {
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
