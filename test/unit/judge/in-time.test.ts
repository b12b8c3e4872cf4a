import { expect, it } from 'vitest';
import type { Replayed } from '../../../src/evaluator/replica.js';
import { inTime } from '../../../src/judge/suite/in-time.js';

const late: Replayed = { error: 'evaluation_timeout' };
const failed: Replayed = { error: 'evaluation_conflict' };
const done: Replayed = { result: 'true' };

it.each([
  ['is done at once', [done], done, 1],
  ['was held up once', [late, done], done, 2],
  ['is late each time', [late, late, late, done], late, 3],
  ['fails otherwise', [failed, done], failed, 1],
] as const)('an evaluation that %s', (_, answers, answer, asked) => {
  const left = [...answers];
  expect(inTime(() => left.shift() ?? done)).toEqual(answer);
  expect(answers.length - left.length).toBe(asked);
});
