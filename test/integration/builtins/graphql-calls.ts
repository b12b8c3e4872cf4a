import fc from 'fast-check';
import type { RegoValue } from '../../../src/value/value.js';
import { call } from '../../helpers/builtin-calls.js';
import type { BuiltinCall } from '../../helpers/builtin-calls.js';

const SHOP = `
  # A small shop
  schema @link(to: "x") { query: Query mutation: Change }
  directive @link(to: String!, n: Int = 1) repeatable on SCHEMA | OBJECT | FIELD | QUERY
  scalar Money
  "What is sold"
  interface Thing { id: ID! name(short: Boolean = false): String }
  type Book implements Thing @link(to: "b") @link(to: "c") { id: ID! name(short: Boolean = false, extra: Int): String! price: Money pages: Int }
  type Toy implements Thing { id: ID! name(short: Boolean = false): String colour: Colour! }
  union Found = Book | Toy
  enum Colour { """
    Like fire
      or blood
    """ RED @deprecated BLUE # last
  }
  input Filter { colour: Colour = RED words: [String!]! = ["a"] max: Float } # end of filter
  type Query { thing(id: ID!): Thing search(filter: Filter, limit: Int = 10): [Found!]! toys: [Toy] }
  type Change { buy(id: ID!, count: Int!): Boolean }
  extend type Query { one: Int }
  # the end`;

const QUERIES = [
  '{ one }',
  '# who\nquery Q($id: ID!, $f: Filter = {words: ["x"]}) @link(to: "q") { a: thing(id: $id) { name ... on Book { price } } search(filter: $f) { ...F } }\nfragment F on Toy { id colour }',
  'mutation { buy(id: "1", count: 2) }',
  'mutation { buy(id: 1, count: 3000000000) }',
  'mutation { buy(id: 1, count: 99999999999999999999) }',
  'subscription { x }',
  '{ nope }',
  '{ thing { name } }',
  '{ thing(id: 1) }',
  '{ one { x } }',
  '{ search(filter: {colour: GREEN, words: []}) { __typename } }',
  '{ search(filter: {words: [null]}) { __typename } }',
  '{ ...F } fragment F on Query { ...F }',
  '{ ...F ...G } fragment F on Query { one }',
  'query A { one } query A { one }',
  'query ($a: Int, $a: Int) { one }',
  'query ($a: Query) { one }',
  '{ toys { ... on Book { id } } }',
  '{ x: one x: toys { id } }',
  '{ __schema { types { name } } __type(name: "Book") { kind } }',
  '{ one @skip(if: true) @skip(if: false) }',
  '{ one @unknown }',
  '{ one @link }',
  'query ($f: Filter) { search(filter: $f, limit: "1") { __typename } }',
  '{ one',
  '{}',
  '',
  '# nothing',
  'type T { a: Int }',
  'query Q($x: [Int!]! = [1, 2]) { one } # tail',
];

const SCHEMAS = [
  SHOP,
  'type Query { a: Int }',
  'type Query { a: Missing }',
  'type Query { a: Int a: Int }',
  'type Query { a(x: Query): Int }',
  'type Query { __a: Int }',
  'type Query implements I { a: Int } interface I { b: Int }',
  'type Query implements I { a: Int } interface I { a: Int! }',
  'type Query implements I { a(y: Int!): Int } interface I { a: Int }',
  'interface A implements B { x: Int } interface B implements A { x: Int } type Query { a: A }',
  'union U = Query | Query type Query { a: U }',
  'union U = Int type Query { a: U }',
  'enum E { A A } type Query { a: E }',
  'input I { a: I! } type Query { a(i: I): Int }',
  'input I { a: Query } type Query { a: Int }',
  'scalar Int type Query { a: Int }',
  'extend type Query { a: Int }',
  'extend scalar Query @x type Query { a: Int }',
  'type Query { a: Int } directive @d on FIELD directive @d on FIELD',
  'type Query { a: Int @d } directive @d(x: Int!) on FIELD_DEFINITION',
  'type Query { a: Int @d(y: 1) } directive @d on FIELD_DEFINITION',
  'type Query { a: Int @d } directive @d on FIELD',
  'directive @d(x: Int @d) on ARGUMENT_DEFINITION type Query { a: Int }',
  'schema { query: Q } schema { query: Q } type Q { a: Int }',
  'schema { query: Missing }',
  'extend schema { query: Q } type Q { a: Int }',
  'type Query',
  'type Query { }',
  '"d" extend type Query { a: Int }',
  'extend interface I implements J { a: Int }',
  '"""\n  indented\n    more\n""" type Query { "x" a("y" b: [Int!] = [1]): Int # c\n }',
  '{ a }',
  '',
];

/** Texts with a piece cut out: most of them broken, all of them to be refused or taken alike. */
const cut = (texts: readonly string[]): string[] =>
  fc.sample(
    fc
      .constantFrom(...texts.filter((text) => text !== ''))
      .chain((text) =>
        fc
          .tuple(fc.nat(text.length - 1), fc.integer({ min: 1, max: 3 }))
          .map(([start, length]) => text.slice(0, start) + text.slice(start + length)),
      ),
    { numRuns: 100, seed: 20_261_122 },
  );

function calls(name: string, ...lists: readonly (readonly RegoValue[])[]): BuiltinCall[] {
  const [first = [], second] = lists;
  if (second === undefined) return first.map((arg) => ({ name, args: [arg] }));
  return first.flatMap((a) => second.map((b) => ({ name, args: [a, b] })));
}

const schemaTrees = [SHOP, ...SCHEMAS.slice(0, 8)].map((text) => call('graphql.parse_schema', text) ?? null);
const queryTrees = QUERIES.slice(0, 12).map((text) => call('graphql.parse_query', text) ?? null);

/** Calls of all graphql built-ins, over texts and over syntax trees. */
export const GRAPHQL_CALLS: readonly BuiltinCall[] = [
  ...calls('graphql.parse_query', [...QUERIES, ...cut(QUERIES), 1, null]),
  ...calls('graphql.parse_schema', [...SCHEMAS, ...cut(SCHEMAS), 1, null]),
  ...calls('graphql.schema_is_valid', [...SCHEMAS, ...cut(SCHEMAS), ...schemaTrees, 1, null]),
  ...calls('graphql.is_valid', [...QUERIES, ...cut(QUERIES), ...queryTrees, 1], [SHOP]),
  ...calls('graphql.is_valid', ['{ a }'], [...SCHEMAS, ...schemaTrees, 1]),
  ...calls('graphql.parse', [...QUERIES, ...queryTrees, 1], [SHOP, schemaTrees[0] ?? null, 1]),
  ...calls('graphql.parse_and_verify', [...QUERIES, ...queryTrees, 1], [SHOP, schemaTrees[0] ?? null, 1]),
];
