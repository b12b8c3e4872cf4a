import { expect, it } from 'vitest';
import type { Entry } from '../../../src/history/entry.js';
import { namesEntry, selectEntry } from '../../../src/history/select.js';

it.each(['serving', 'previous', '~2', '12', '#12', '0a1b2c', '0A1B2C3D4E5F'])('%s names something that is kept', (name) => {
  expect(namesEntry(name)).toBe(true);
});

it.each(['p', 'policies', './serving', '12/', '/tmp/12', '0a1b2', 'cafes'])('%s is the name of a folder', (name) => {
  expect(namesEntry(name)).toBe(false);
});

/** An entry as far as it is looked at here. */
function served(number: number, revision: string, previous?: string): Entry {
  return {
    number,
    revision,
    status: 'reloaded',
    trigger: 'watch',
    instance: 'a',
    ...(previous === undefined ? {} : { previous }),
  } as Entry;
}

it('says of what served before that it was not kept, and gives no older one in its place', () => {
  // The disk refused the second one of three.
  const entries = [served(1, 'a'.repeat(64)), served(2, 'c'.repeat(64), 'b'.repeat(64))];
  const standing = { entries, serving: 'c'.repeat(64) };
  for (const selector of ['previous', '~1']) {
    expect(() => selectEntry(selector, standing)).toThrow(`what served before this one was not kept (${'b'.repeat(64)})`);
  }
  expect(selectEntry('serving', standing).number).toBe(2);
  expect(() => selectEntry('serving', { entries, serving: 'd'.repeat(64) })).toThrow('the history does not know what serves');
});
