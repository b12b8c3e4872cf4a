import { expect, test } from 'vitest';
import { Turns } from '../../../src/impact/turns.js';

/** Lengths of the turns in ms, of work that comes in bits of 0.1, when the pauses take so long. */
function turns(pauses: readonly number[]): number[] {
  let now = 0;
  let began = 0;
  const lengths: number[] = [];
  const work = new Turns({
    now: () => now,
    pause: () => {
      lengths.push(Math.round((now - began) * 10) / 10);
      now += pauses[lengths.length - 1] ?? 0;
      began = now;
    },
  });
  while (lengths.length < pauses.length) {
    now += 0.101;
    work.next();
  }
  return lengths;
}

test('work lets go of the processor after each turn, which is short while others take it then', () => {
  expect(turns([1, 2, 0.5, 1])).toEqual([0.3, 0.3, 0.3, 0.3]);
});

test('turns become longer, to a bound, while nobody does', () => {
  expect(turns([0.07, 0.07, 0.07, 0.07, 3, 0.07])).toEqual([0.3, 0.6, 1.2, 1.2, 1.2, 0.3]);
});
