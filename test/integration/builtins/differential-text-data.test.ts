import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostedBuiltins } from '../../../src/builtins/index.js';
import { formatTerm } from '../../../src/value/format-term.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { RegoSet } from '../../../src/value/value.js';
import type { RegoValue } from '../../../src/value/value.js';
import { ourAnswer } from '../../helpers/builtin-calls.js';
import { topdownBatch } from '../../helpers/topdown-batch.js';
import { anyValue } from '../../unit/value/arbitrary.js';
import { DATA_ARGUMENTS } from './data-arguments.js';
import { TEXT_ARGUMENTS } from './text-arguments.js';

const SEED = 20_261_122;
const ARGUMENTS = { ...TEXT_ARGUMENTS, ...DATA_ARGUMENTS };

/** Random by nature, or without an answer to compare; shifts to the left are compared where they are small, for OPA panics at others. */
const NOT_COMPARED = ['bits.lsh', 'rand.intn', 'uuid.rfc4122', 'internal.print', 'http.send', 'net.lookup_ip_addr', 'opa.runtime'];

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

/** OPA walks maps in random order where a document has several mismatches: they are compared as a set. */
function comparable(name: string, answer: string | undefined): string | undefined {
  if (name !== 'json.match_schema' || answer === undefined) return answer;
  const [valid = null, mismatches = null] = parseTerm(answer) as readonly RegoValue[];
  return formatTerm([valid, Array.isArray(mismatches) ? RegoSet.of(mismatches as readonly RegoValue[]) : mismatches]);
}

describe('built-ins of text and data, compared with those of OPA', () => {
  it('leaves none of them out', () => {
    const compared = [...Object.keys(ARGUMENTS), ...NOT_COMPARED].sort();
    expect(compared).toEqual([...hostedBuiltins.keys()].filter((name) => !OTHERS.test(name)).sort());
  });

  it.each(Object.keys(ARGUMENTS))('%s answers alike', async (name) => {
    const lists = argumentLists(name);
    const theirs = await topdownBatch(name, lists);
    lists.forEach((args, index) => {
      const answer = comparable(name, ourAnswer({ name, args }));
      expect({ args, answer }).toEqual({ args, answer: comparable(name, theirs[index]) });
    });
  });
});
