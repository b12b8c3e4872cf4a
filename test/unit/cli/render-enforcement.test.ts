import { expect, it } from 'vitest';
import { renderEnforcement } from '../../../src/cli/render-enforcement.js';

const plain = (_style: unknown, text: string): string => text;

const ENTRY = {
  ...{ id: 'x', target_type: 'skill', target_name: 'a-rather-long-name-of-a-skill', updated_at: '2026-11-27T00:44:33.626Z' },
  reason: 'a reason that is long enough to need more than sixty columns',
} as const;

it('lists what is blocked and allowed one a row, and where the terminal has no room for that in lines that fit', () => {
  const lists = { blocked: [ENTRY], allowed: [{ ...ENTRY, target_name: 'b' }] };
  expect(renderEnforcement(lists, plain)).toMatch(/^LIST .*\nblocked +skill .* columns +2026-11-27T00:44:33Z\nallowed +skill +b /u);
  expect(renderEnforcement(lists, plain, 60).split('\n')).toEqual([
    'blocked skill a-rather-long-name-of-a-skill',
    '  2026-11-27T00:44:33Z a reason that is long enough to need…',
    'allowed skill b',
    '  2026-11-27T00:44:33Z a reason that is long enough to need…',
  ]);
  expect(renderEnforcement({ blocked: [], allowed: [] }, plain, 60)).toBe('both lists are empty');
});
