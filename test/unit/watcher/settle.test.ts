import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Settle } from '../../../src/watcher/settle.js';
import type { Ringer } from '../../../src/watcher/settle.js';

const timing = { quietMs: 80, maxWaitMs: 1000 };
const ringers = fc.constantFrom<Ringer>('event', 'sweep', 'self');
/** Rings by the pause before each. */
const rings = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), ringers), { minLength: 1, maxLength: 60 });

/** Rings as they come, answered the moment they are due. */
function play(pauses: readonly (readonly [number, Ringer])[]) {
  const settle = new Settle(timing);
  const rung: { at: number; by: Ringer }[] = [];
  const answers: { at: number; by: ReadonlySet<Ringer>; rings: typeof rung }[] = [];
  let answered = 0;
  const answerUntil = (end: number): void => {
    for (let due = settle.dueAt; due !== undefined && due <= end; due = settle.dueAt) {
      expect(settle.take(due - 1)).toBeUndefined();
      answers.push({ at: due, by: settle.take(due) ?? new Set(), rings: rung.slice(answered) });
      answered = rung.length;
    }
  };
  let now = 0;
  for (const [pause, by] of pauses) {
    now += pause;
    answerUntil(now);
    settle.ring(now, by);
    rung.push({ at: now, by });
  }
  answerUntil(Infinity);
  return { rung, answers };
}

describe('settle', () => {
  it('answers every ring, within the longest wait', () => {
    fc.assert(
      fc.property(rings, (pauses) => {
        const { rung, answers } = play(pauses);
        for (const { at } of rung) expect(answers.some((answer) => answer.at > at && answer.at <= at + timing.maxWaitMs)).toBe(true);
      }),
    );
  });

  it('answers only after quiet, or when the first ring waited longest', () => {
    fc.assert(
      fc.property(rings, (pauses) => {
        for (const answer of play(pauses).answers) {
          const quiet = answer.at - Math.max(...answer.rings.map(({ at }) => at));
          const waited = answer.at - Math.min(...answer.rings.map(({ at }) => at));
          expect(quiet === timing.quietMs || waited === timing.maxWaitMs).toBe(true);
        }
      }),
    );
  });

  it('tells who rang, each ring once', () => {
    fc.assert(
      fc.property(rings, (pauses) => {
        const { rung, answers } = play(pauses);
        for (const answer of answers) expect(answer.by).toEqual(new Set(answer.rings.map(({ by }) => by)));
        expect(answers.flatMap((answer) => answer.rings)).toEqual(rung);
      }),
    );
  });

  it('takes the quiet that the last ring asks for', () => {
    const settle = new Settle(timing);
    settle.ring(0, 'event');
    settle.ring(5, 'event', 20);
    expect(settle.dueAt).toBe(25);
    settle.ring(15, 'event');
    expect(settle.dueAt).toBe(95);
  });

  it('has nothing due without a ring', () => {
    const settle = new Settle(timing);
    expect(settle.dueAt).toBeUndefined();
    expect(settle.take(1e9)).toBeUndefined();
  });
});
