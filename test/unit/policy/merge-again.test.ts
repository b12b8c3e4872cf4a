import { describe, expect, it } from 'vitest';
import { mergeAgain } from '../../../src/policy/merge-again.js';
import { mergeData } from '../../../src/policy/merge-data.js';
import { checkClaims } from '../../../src/policy/references.js';
import type { Claims } from '../../../src/policy/references.js';
import type { SourceFile } from '../../../src/policy/source-set.js';
import { sourceSet } from '../../helpers/source-set.js';

const LARGE = `{"big":{"users":${JSON.stringify(Array.from({ length: 40_000 }, (_, index) => index))}},"team":{}}`;
const data = [file('data.json', LARGE)];

function file(path: string, text: string): SourceFile {
  return { path, bytes: new Uint8Array(Buffer.from(text)) };
}

function claims(rules: readonly (readonly string[])[], references: readonly (readonly string[])[] = [], row = 1): Claims {
  return {
    rules: rules.map((path) => ({ path, file: 'a.rego', row, kind: 'complete' as const, digest: '' })),
    references: references.map((path) => ({ path, file: 'a.rego', row, col: 1 })),
  };
}

/** Merges of both in a row, with the findings of the last one. */
async function merged(before: Claims, after: Claims, files: readonly SourceFile[] = data) {
  let merges = 0;
  const merge = mergeAgain((source, asked: Claims) => {
    merges += 1;
    const made = mergeData(source);
    return Promise.resolve({ ...made, ...checkClaims(made, asked) });
  });
  const first = { ...sourceSet({}), data };
  const one = await merge(first, before);
  const second = { ...sourceSet({}), data: files };
  const two = await merge(second, after);
  expect(Buffer.compare(two.data, mergeData(second).data)).toBe(0);
  expect(two).toMatchObject(checkClaims(mergeData(second), after));
  return { merges, same: one.data === two.data, document: two.document, alive: [first, second] };
}

const BEFORE = claims(
  [
    ['a', 'x'],
    ['a', 'y'],
  ],
  [['big', 'users']],
);

describe('large data is not merged again', () => {
  it.each([
    [
      'a body',
      claims(
        [
          ['a', 'x'],
          ['a', 'y'],
        ],
        [['big', 'users']],
        7,
      ),
    ],
    [
      'a rule more',
      claims(
        [
          ['a', 'x'],
          ['a', 'y'],
          ['a', 'z'],
        ],
        [['big', 'users']],
      ),
    ],
    [
      'one clause more',
      claims(
        [
          ['a', 'x'],
          ['a', 'x'],
          ['a', 'y'],
        ],
        [['big', 'users']],
      ),
    ],
  ])('for %s', async (_name, after) => {
    const { merges, same, document } = await merged(BEFORE, after);
    expect({ merges, same }).toEqual({ merges: 1, same: true });
    expect(document).toEqual(JSON.parse(LARGE));
  });
});

describe('large data is merged again', () => {
  it.each([
    [
      'a rule that claims a name of it',
      claims([
        ['a', 'x'],
        ['a', 'y'],
        ['big', 'users'],
      ]),
    ],
    [
      'a rule beside it',
      claims([
        ['a', 'x'],
        ['a', 'y'],
        ['team', 'x'],
      ]),
    ],
    ['a rule less, which might be read', claims([['a', 'y']])],
    [
      'something else that is read',
      claims(
        [
          ['a', 'x'],
          ['a', 'y'],
        ],
        [['team', 'lead']],
      ),
    ],
  ])('for %s', async (_name, after) => {
    expect((await merged(BEFORE, after)).merges).toBe(2);
  });

  it('for other bytes', async () => {
    expect((await merged(BEFORE, BEFORE, [file('data.json', `${LARGE}\n`)])).merges).toBe(2);
  });

  it('for other files', async () => {
    expect((await merged(BEFORE, BEFORE, [...data, file('x/data.json', '{}')])).merges).toBe(2);
  });

  it('where something was found, since its place may be another', async () => {
    const found = claims([['a', 'x']], [['team', 'lead']]);
    expect((await merged(found, found)).merges).toBe(2);
  });
});
