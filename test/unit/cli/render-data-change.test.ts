import { describe, expect, it } from 'vitest';
import { renderDataChange } from '../../../src/cli/render-data-change.js';

const plain = (_style: unknown, text: string): string => text;
const long = (last: string): string => `${'x'.repeat(200)}${last}`;

describe('a change of data', () => {
  it.each([
    ['of small values is one line', 1, 2, undefined, ['  ~ data.a: 1 -> 2']],
    ['of what was not there is one line', undefined, { b: 1 }, undefined, ['  ~ data.a: nothing -> {"b":1}']],
    [
      'is two more lines where one does not fit',
      'a'.repeat(20),
      'b'.repeat(20),
      40,
      ['  ~ data.a:', `      - "${'a'.repeat(20)}"`, `      + "${'b'.repeat(20)}"`],
    ],
    ['of a list says what came', ['a', 'b'], ['b', 'c', 'a', 'a'], 60, ['  ~ data.a: 2 entries added', '      + "c"', '      + "a"']],
    ['of a list says what went', [1, 1, 2], [2, 1], 60, ['  ~ data.a: 1 entry removed', '      - 1']],
    ['of the order of a list says so', [1, 2], [2, 1], 60, ['  ~ data.a: the same entries in another order']],
    [
      'of a long list says how many more',
      [],
      [1, 2, 3, 4, 5, 6, 7],
      60,
      ['  ~ data.a: 7 entries added', ...[1, 2, 3, 4, 5].map((n) => `      + ${n}`), '      and 2 more'],
    ],
  ])('%s', (_what, from, to, columns, expected) => {
    expect(renderDataChange({ path: 'data.a', from, to }, plain, columns)).toEqual(expected);
  });

  it.each([
    ['values', long('1'), long('2')],
    ['entries', [long('1')], [long('2')]],
  ])('of long %s shows what differs, in lines that fit', (_what, from, to) => {
    const [, before = '', after = ''] = renderDataChange({ path: 'data.a', from, to }, plain, 60);
    expect(before).toMatch(/^ {6}- …x+1"/u);
    expect(after).toMatch(/^ {6}\+ …x+2"/u);
    expect(Math.max(before.length, after.length)).toBeLessThanOrEqual(60);
  });
});
