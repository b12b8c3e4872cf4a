import { expect, test } from 'vitest';
import { Turns } from '../../../src/impact/turns.js';

test('work lets go of the processor after each turn, and not in the middle of one', () => {
  let now = 0;
  const pauses: number[] = [];
  const turns = new Turns({ now: () => now, pause: () => pauses.push(now) });
  for (const at of [0.1, 0.2, 0.35, 0.4, 0.6, 0.7, 5]) {
    now = at;
    turns.next();
  }
  expect(pauses).toEqual([0.35, 0.7, 5]);
});
