import type { FuzzCase, FuzzRule } from './fuzz-case.js';
import { knownDifference } from './known-differences.js';
import { runCases } from './run-cases.js';
import type { Difference, FuzzParts } from './run-cases.js';

const MAX_ATTEMPTS = 400;

/** The smallest case found by leaving things out that still differs in the same way. */
export async function shrink(parts: FuzzParts, difference: Difference): Promise<Difference> {
  let best: Difference = difference;
  let attempts = 0;
  let found = true;
  while (found && attempts < MAX_ATTEMPTS) {
    found = false;
    for (const smaller of reductions(best.case)) {
      if (attempts++ >= MAX_ATTEMPTS) break;
      const { differences } = await runCases(parts, [smaller]);
      const same = differences.find((one) => kind(one) === kind(difference) && knownDifference(one, differences) === undefined);
      if (same === undefined) continue;
      best = same;
      found = true;
      break;
    }
  }
  return best;
}

/** What must stay the same: an error stays an error, a missing answer stays missing. */
export function kind({ wasm, topdown, entrypoint }: Difference): string {
  const shape = (answer: string): string => /^(?:undefined|error|[a-z_]+: )/u.exec(answer)?.[0] ?? 'value';
  return [entrypoint === 'build' ? 'build' : 'answer', shape(wasm), shape(topdown)].join(' ');
}

function* reductions(found: FuzzCase): Generator<FuzzCase> {
  if (found.inputs.length > 1) for (const input of found.inputs) yield { ...found, inputs: [input] };
  for (const asking of rulesWithout(found.asking)) yield { ...found, asking };
  for (const rules of rulesWithout(found.rules)) yield { ...found, rules };
  for (const beside of membersWithout(found.beside)) yield { ...found, beside };
  for (const alone of membersWithout(found.alone)) yield { ...found, alone };
  for (const [index, input] of found.inputs.entries()) {
    if (input !== undefined) for (const smaller of smallerJson(input)) yield { ...found, inputs: found.inputs.with(index, smaller) };
  }
}

function* rulesWithout(rules: readonly FuzzRule[]): Generator<readonly FuzzRule[]> {
  for (const index of rules.keys()) yield rules.toSpliced(index, 1);
  for (const [index, rule] of rules.entries()) {
    for (const at of rule.elses.keys()) yield rules.with(index, { ...rule, elses: rule.elses.toSpliced(at, 1) });
    for (const at of rule.body.keys()) yield rules.with(index, { ...rule, body: rule.body.toSpliced(at, 1) });
    for (const [at, other] of rule.elses.entries()) {
      for (const line of other.body.keys()) {
        yield rules.with(index, { ...rule, elses: rule.elses.with(at, { ...other, body: other.body.toSpliced(line, 1) }) });
      }
    }
    for (const head of smallerText(rule.head)) yield rules.with(index, { ...rule, head });
    for (const [at, line] of rule.body.entries()) {
      for (const smaller of smallerText(line)) yield rules.with(index, { ...rule, body: rule.body.with(at, smaller) });
    }
  }
}

/** Innermost groups as constants, and groups as what they hold. */
function* smallerText(text: string): Generator<string> {
  for (const match of text.matchAll(/\((?:[^()]*)\)|\[[^[\]]*\]|\{[^{}]*\}/gu)) {
    const [before, group, after] = [text.slice(0, match.index), match[0], text.slice(match.index + match[0].length)];
    const call = /[\w.]+$/u.exec(before)?.[0];
    if (call !== undefined && group.startsWith('(')) {
      yield `${before.slice(0, -call.length)}1${after}`;
      yield `${before.slice(0, -call.length)}${group.slice(1, -1)}${after}`;
    } else if (group.startsWith('[') && call !== undefined) {
      yield `${before}${after}`;
      yield `${before}["a"]${after}`;
    } else {
      yield `${before}1${after}`;
      yield `${before}${group.slice(1, -1)}${after}`;
    }
  }
}

function* membersWithout(members: Readonly<Record<string, string>>): Generator<Record<string, string>> {
  for (const key of Object.keys(members)) yield Object.fromEntries(Object.entries(members).filter(([name]) => name !== key));
  for (const [key, text] of Object.entries(members)) for (const smaller of smallerJson(text)) yield { ...members, [key]: smaller };
}

/** Children in place of a document, and the document without one of them. Numbers stay as they are written. */
function* smallerJson(text: string): Generator<string> {
  const parts = topLevel(text.slice(1, -1));
  if (!/^[[{]/u.test(text) || parts.length === 0) return;
  const [open, close] = [text.slice(0, 1), text.slice(-1)];
  for (const part of parts)
    yield open === '{' ? part.slice(part.indexOf(':', /^"(?:[^"\\]|\\.)*"/u.exec(part)?.[0].length ?? 0) + 1) : part;
  for (const index of parts.keys()) yield `${open}${parts.toSpliced(index, 1).join(',')}${close}`;
}

function topLevel(text: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/gu)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    else if (token === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return text.trim() === '' ? [] : [...parts, text.slice(start)];
}
