import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../../../src/builtins/builtin.js';
import { formatJson } from '../../../src/value/format-json.js';
import { RegoObject } from '../../../src/value/value.js';
import type { RegoValue } from '../../../src/value/value.js';
import { call } from '../../helpers/builtin-calls.js';

const SCHEMA = `
  type Query { hero(id: ID!): Hero, count(big: Int): Int }
  interface Named { name: String! }
  type Hero implements Named { name: String!, friends: [Hero!] }`;

function json(value: RegoValue | undefined): unknown {
  return JSON.parse(formatJson(value ?? null));
}

describe('graphql trees', () => {
  it('give a query without nulls and empty lists', () => {
    expect(json(call('graphql.parse_query', 'query Q { a: hero(id: "1") { ...F } }'))).toEqual({
      Operations: [
        {
          Name: 'Q',
          Operation: 'query',
          SelectionSet: [
            {
              Alias: 'a',
              Name: 'hero',
              Arguments: [{ Name: 'id', Value: { Raw: '1', Kind: 3, ExpectedTypeHasDefault: false } }],
              SelectionSet: [{ Name: 'F' }],
            },
          ],
        },
      ],
    });
  });

  it('keep comments where gqlparser keeps them', () => {
    const tree = json(call('graphql.parse_schema', '# one\n"words"\n# two\nscalar S\n# end')) as Record<string, unknown>;
    expect(tree).toEqual({
      Comment: { List: [{ Value: '# end' }] },
      Definitions: [
        {
          Kind: 'SCALAR',
          Name: 'S',
          Description: 'words',
          BuiltIn: false,
          BeforeDescriptionComment: { List: [{ Value: '# one' }] },
          AfterDescriptionComment: { List: [{ Value: '# two' }] },
        },
      ],
    });
  });

  it('let the first line of a block string count for its indent', () => {
    const tree = json(call('graphql.parse_schema', '"""first\n  second"""\nscalar S')) as {
      Definitions: readonly { Description: string }[];
    };
    expect(tree.Definitions[0]?.Description).toBe('first\n  second');
  });

  it('are empty for an empty text', () => {
    expect(call('graphql.parse_query', '# nothing')).toEqual(RegoObject.of([]));
  });

  it.each(['{', '{}', 'scalar S', '...', '{ a(b: $) }'])('refuse the query %j', (text) => {
    expect(() => call('graphql.parse_query', text)).toThrow(BuiltinError);
  });

  it('refuse a text nested beyond the stack', () => {
    expect(() => call('graphql.parse_query', '{a'.repeat(200_000))).toThrow(expect.objectContaining({ code: 'value_too_deep' }));
  });
});

describe('graphql validation', () => {
  it.each([
    ['{ hero(id: 1) { name friends { name } } }', true],
    ['{ count(big: 4000000000) }', true],
    ['{ count(big: 99999999999999999999) }', false],
    ['{ hero { name } }', false],
    ['{ villain }', false],
    ['{ hero(id: 1) }', false],
    ['mutation { a }', false],
    ['', true],
    ['{', false],
  ])('%j is valid: %s', (query, valid) => {
    expect(call('graphql.is_valid', query, SCHEMA)).toBe(valid);
    const trees = call('graphql.parse_and_verify', query, SCHEMA) as readonly RegoValue[];
    expect(trees[0]).toBe(valid);
    if (!valid) expect(() => call('graphql.parse', query, SCHEMA)).toThrow(BuiltinError);
  });

  it('takes the trees that it gave', () => {
    const query = call('graphql.parse_query', '{ count }') ?? null;
    const schema = call('graphql.parse_schema', SCHEMA) ?? null;
    expect(call('graphql.is_valid', query, schema)).toBe(true);
    expect(call('graphql.parse', query, schema)).toEqual([query, schema]);
  });

  it.each<[RegoValue, boolean]>([
    [SCHEMA, true],
    ['type Query { a: Int } extend type Query { b: Int }', true],
    ['extend type Query { a: Int }', true],
    ['', true],
    ['type Query { a: Missing }', false],
    ['type Query { a: Int } type Query { b: Int }', false],
    ['type A implements B { x: Int } interface B { y: Int }', false],
    ['input I { i: I! }', false],
    ['enum E { true }', false],
    ['type __A { a: Int }', false],
    ['type A { a: Int @b }', false],
    ['{ a }', false],
    [1, false],
    [RegoObject.from({ Definitions: 1 }), false],
  ])('schema %j is valid: %s', (schema, valid) => {
    expect(call('graphql.schema_is_valid', schema)).toBe(valid);
  });
});
