import type { QueryAnswer } from '../gateway/evaluate-query.js';
import type { Paint } from './paint.js';
import { plainTable } from './plain-table.js';

/** The answer to a query as people read it: values of a query that binds nothing one a line, bindings as an object a line. */
export function renderSolutions(json: string, paint: Paint): string {
  const solutions = JSON.parse(json) as readonly Readonly<Record<string, unknown>>[];
  if (solutions.length === 0) return paint('dim', 'undefined');
  return solutions.map((solution) => pretty(valueOf(solution))).join('\n');
}

function valueOf(solution: Readonly<Record<string, unknown>>): unknown {
  const { _: values, ...bindings } = solution;
  if (!Array.isArray(values) || Object.keys(bindings).length > 0) return solution;
  // A condition that holds and has no value of its own, such as a negation.
  if (values.length === 0) return true;
  return values.length === 1 ? (values[0] as unknown) : values;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
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
