import { isArray } from '../builtins/operands.js';
import type { QueryAnswer } from '../gateway/evaluate-query.js';
import { parseTerm } from '../value/parse-term.js';
import { RegoObject } from '../value/value.js';
import type { RegoValue } from '../value/value.js';
import type { Paint } from './paint.js';
import { plainTable } from './plain-table.js';
import { prettyJson } from './pretty-json.js';

/** The answer to a query as people read it: values of a query that binds nothing one a line, bindings as an object a line. */
export function renderSolutions(json: string, paint: Paint): string {
  const solutions = parseTerm(json);
  if (!isArray(solutions) || solutions.length === 0) return paint('dim', 'undefined');
  return solutions.map((solution) => prettyJson(valueOf(solution))).join('\n');
}

function valueOf(solution: RegoValue): RegoValue {
  if (!(solution instanceof RegoObject)) return solution;
  const values = solution.get('_');
  if (values === undefined || !isArray(values) || solution.entries.length > 1) return solution;
  // A condition that holds and has no value of its own, such as a negation.
  const [value = true] = values;
  return values.length > 1 ? values : value;
}

/** What stands beside an answer: what was printed, the trace, the profile. */
export function renderAside({ printed, explanation, profile }: QueryAnswer, paint: Paint): string[] {
  return [
    ...printed.map((line) => `${paint('dim', 'print:')} ${line}`),
    ...(explanation?.lines ?? []),
    ...(explanation?.truncated === true ? [paint('yellow', '… the trace goes on; it is cut here')] : []),
    ...(profile === undefined || profile.length === 0 ? [] : [renderProfile(profile, paint)]),
  ];
}

function renderProfile(profile: NonNullable<QueryAnswer['profile']>, paint: Paint): string {
  const rows = profile.map(({ timeNs, numEval, numRedo, file, row, text }) => [
    ...[`${(timeNs / 1e6).toFixed(3)} ms`, String(numEval), String(numRedo)],
    `${file === '' ? 'query' : file}:${row}`,
    text,
  ]);
  return plainTable(['time', 'eval', 'redo', 'place', 'expression'], rows, paint);
}

/** Why the engines do not say the same. */
export function renderDifference({ wasm = '' }: QueryAnswer, paint: Paint): string {
  return `${paint('red', 'engines disagree:')} the answer above is of OPA's interpreter; the gateway's is ${wasm === '[]' ? 'undefined' : wasm}`;
}
