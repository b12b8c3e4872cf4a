import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostedBuiltins } from '../../../src/evaluator/builtins/index.js';
import type { RegoValue } from '../../../src/value/value.js';
import { ourAnswer } from '../../helpers/builtin-calls.js';
import { topdownBatch } from '../../helpers/topdown-batch.js';
import { anyValue } from '../../unit/value/arbitrary.js';
import { DATA_ARGUMENTS } from './data-arguments.js';
import { TEXT_ARGUMENTS } from './text-arguments.js';

const SEED = 20_261_122;
const ARGUMENTS = { ...TEXT_ARGUMENTS, ...DATA_ARGUMENTS };

/** Random by nature, or without an answer to compare. */
const NOT_COMPARED = ['rand.intn', 'uuid.rfc4122', 'internal.print'];

/** Compared where they are made. */
const OTHERS = /^(?:crypto|io\.jwt|time|graphql|providers)\./;

/** Lists of the right kind, and some with one argument of any kind. */
function argumentLists(name: string): readonly (readonly RegoValue[])[] {
  const good = fc.sample(ARGUMENTS[name] ?? fc.constant([]), { numRuns: 250, seed: SEED });
  const odd = fc.sample(anyValue, { numRuns: 40, seed: SEED });
  const bad = odd.map((value, index) => {
    const args = good[index] ?? [];
    return args.map((arg, position) => (position === index % args.length ? value : arg));
  });
  return [...good, ...bad];
}

describe('built-ins of text and data, compared with those of OPA', () => {
  it('leaves none of them out', () => {
    const compared = [...Object.keys(ARGUMENTS), ...NOT_COMPARED].sort();
    expect(compared).toEqual([...hostedBuiltins.keys()].filter((name) => !OTHERS.test(name)).sort());
  });

  it.each(Object.keys(ARGUMENTS))('%s answers alike', async (name) => {
    const lists = argumentLists(name);
    const theirs = await topdownBatch(name, lists);
    const ours = lists.map((args) => ourAnswer({ name, args }));
    lists.forEach((args, index) => expect({ args, answer: ours[index] }).toEqual({ args, answer: theirs[index] }));
  });
});
