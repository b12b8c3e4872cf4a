import { formatTerm } from '../../src/value/format-term.js';
import { parseTerm } from '../../src/value/parse-term.js';
import { RegoObject } from '../../src/value/value.js';
import type { RegoValue } from '../../src/value/value.js';
import { testCompiler } from './compile.js';

type Arguments = readonly RegoValue[];

/**
 * What OPA's own interpreter answers for one built-in over many argument lists of one length, in one query: Rego text, or
 * undefined. `indexes` of the comprehension stand for the lists, so that undefined ones are simply missing.
 */
export async function topdownBatch(name: string, lists: readonly Arguments[]): Promise<readonly (string | undefined)[]> {
  const parameters = (lists[0] ?? []).map((_, index) => `args[${index}]`).join(', ');
  const query = `x := {i: answer | args := input[i]; answer := ${name}(${parameters})}`;
  const { results } = await testCompiler().evaluate({
    modules: [],
    regoVersion: 'v0v1',
    evaluations: [{ query, inputTerm: formatTerm(lists) }],
  });
  const [result] = results;
  if (result?.term === undefined) throw new Error(`${name}: ${result?.error?.message ?? 'no answer'}`);
  const [solution] = parseTerm(jsonEscapes(result.term)) as readonly RegoValue[];
  const answers = solution instanceof RegoObject ? solution.get('x') : undefined;
  if (!(answers instanceof RegoObject)) throw new Error(`${name}: expected an object of answers`);
  return lists.map((_, index) => {
    const answer = answers.get(index);
    return answer === undefined ? undefined : formatTerm(answer);
  });
}

const GO_ESCAPE = /\\(?:x([0-9a-f]{2})|U([0-9a-f]{8})|([av])|[^])/g;

/** Rego text quotes strings as Go does; what JSON knows no escape for is written as code units. */
function jsonEscapes(text: string): string {
  return text.replace(GO_ESCAPE, (escape, byte?: string, long?: string, letter?: string) => {
    // Above ASCII it is a byte that is no UTF-8, and JSON shows the replacement character for it.
    if (byte !== undefined) return byte >= '80' ? '\\ufffd' : `\\u00${byte}`;
    if (letter !== undefined) return letter === 'a' ? '\\u0007' : '\\u000b';
    if (long === undefined) return escape;
    return JSON.stringify(String.fromCodePoint(Number.parseInt(long, 16))).slice(1, -1);
  });
}
