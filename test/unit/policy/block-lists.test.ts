import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBlockLists } from '../../../src/policy/block-lists.js';
import { arrayLength } from '../../../src/policy/json-slices.js';

/** The same by way of values. */
function byParsing(value: unknown, path: string, found: Map<string, number>): Map<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return found;
  for (const [name, member] of Object.entries(value)) {
    if (Array.isArray(member) && /(?:^|_)(?:block|blocked|deny|denied|forbidden)(?:_|$)/u.test(name))
      found.set(`${path}.${name}`, member.length);
    byParsing(member, `${path}.${name}`, found);
  }
  return found;
}

describe('lists whose name says that they block', () => {
  it('are found where parsing finds them, duplicates, escapes and blanks included', () => {
    const name = fc.constantFrom('blocked', 'deny_list', 'blockade', 'x', 'forbidden_hosts', 'a\\u005fdenied', '\\u0062lock');
    const { value: json } = fc.letrec<{ value: string; object: string; array: string; scalar: string }>((tie) => ({
      scalar: fc.constantFrom('1', '-2.5e3', '"a,]}\\"["', 'null', 'true', '""'),
      array: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[ ${items.join(' , ')} ]`),
      object: fc
        .array(fc.tuple(name, tie('value')), { maxLength: 4 })
        .map((all) => `{ ${all.map(([key, v]) => `"${key}" : ${v}`).join(',')} }`),
      value: fc.oneof({ maxDepth: 5, depthSize: 'medium' }, tie('scalar'), tie('array'), tie('object')),
    }));
    fc.assert(
      fc.property(json, (text) => {
        const document = `{"root":${text}}`;
        expect(new Map(findBlockLists(Buffer.from(document)))).toEqual(byParsing(JSON.parse(document), 'data', new Map()));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['[]', 0],
    [' [ ] ', 0],
    ['[[]]', 1],
    ['[1, "a,b", {"c": [1, 2]}]', 3],
  ])('%s has %i elements', (json, length) => {
    expect(arrayLength(Buffer.from(json))).toBe(length);
  });
});
