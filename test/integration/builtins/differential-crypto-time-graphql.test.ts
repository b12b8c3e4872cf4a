import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RegoObject } from '../../../src/value/value.js';
import { NOW_NS, ourAnswer, topdownAnswers } from '../../helpers/builtin-calls.js';
import type { BuiltinCall } from '../../helpers/builtin-calls.js';
import { anyValue } from '../../unit/value/arbitrary.js';
import { ARGUMENTS } from './crypto-time-arguments.js';
import { GRAPHQL_CALLS } from './graphql-calls.js';

const SEED = 20_261_122;

async function expectAlike(calls: readonly BuiltinCall[]): Promise<void> {
  const theirs = await topdownAnswers(calls);
  calls.forEach((call, index) => expect({ call, answer: ourAnswer(call) }).toEqual({ call, answer: theirs[index] }));
}

/** Arguments of the right kind, and some with one argument of any kind. */
function calls(name: string): BuiltinCall[] {
  const good = fc.sample(ARGUMENTS[name] ?? fc.constant([]), { numRuns: 40, seed: SEED });
  // OPA itself panics on constraints whose names are no strings, so objects are left to the generators.
  const odd = fc.sample(anyValue, { numRuns: 20, seed: SEED }).filter((value) => !(value instanceof RegoObject));
  const bad = good
    .slice(0, 10)
    .map((args, index) => args.map((arg, position) => (position === index % args.length ? (odd[index] ?? null) : arg)));
  return [...good, ...bad].map((args) => ({ name, args }));
}

describe('built-ins of time, crypto, tokens and AWS, compared with those of OPA', () => {
  it.each(Object.keys(ARGUMENTS))('%s answers alike', async (name) => {
    await expectAlike(calls(name));
  });

  it('the clock stands still within an evaluation', async () => {
    expect(await topdownAnswers([{ name: 'time.now_ns', args: [] }])).toEqual([String(NOW_NS)]);
  });
});

describe('built-ins of GraphQL, compared with those of OPA', () => {
  it.each([...new Set(GRAPHQL_CALLS.map(({ name }) => name))])('%s answers alike', async (name) => {
    await expectAlike(GRAPHQL_CALLS.filter((call) => call.name === name));
  });
});
