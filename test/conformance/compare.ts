import { isArray } from '../../src/builtins/operands.js';
import { formatJson } from '../../src/value/format-json.js';
import { parseTerm } from '../../src/value/parse-term.js';
import type { ConformanceCase } from './cases.js';
import type { CaseAnswer } from './evaluate-case.js';

/** How an answer differs from OPA's, or undefined where it does not. */
export function differenceFrom(found: ConformanceCase, answer: CaseAnswer): string | undefined {
  const { opa } = found;
  if (opa.error !== undefined) {
    if ('error' in answer && answer.error === opa.error.code) return undefined;
    return `expected ${opa.error.code} (${opa.error.message}), got ${describe(answer)}`;
  }
  const expected = opaSolutions(found);
  if ('solutions' in answer && JSON.stringify(answer.solutions) === JSON.stringify(expected)) return undefined;
  return `expected ${expected.join(' ')}, got ${describe(answer)}`;
}

function describe(answer: CaseAnswer): string {
  return 'error' in answer ? `${answer.error}: ${answer.message}` : answer.solutions.join(' ') || 'no solution';
}

/** OPA's solutions, printed one by one as ours are. */
function opaSolutions({ opa }: ConformanceCase): readonly string[] {
  const all = parseTerm(opa.json ?? '[]');
  if (!isArray(all)) throw new Error('Expected an array of solutions');
  return [...new Set(all.map((solution) => formatJson(solution)))].sort();
}
