import type { Evaluation, EvaluationRequest } from '../../evaluator/evaluator.js';
import type { RevisionLease } from '../../engine/engine.js';
import type { Revision } from '../../policy/revision.js';
import { isLargeData } from '../../policy/large-data.js';
import { sectionsOf } from '../../policy/sections.js';
import { formatJson } from '../../value/format-json.js';
import { parseTerm } from '../../value/parse-term.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { askLargeMember } from './base-member.js';
import { resolve } from './resolve.js';
import { memberOf, walk } from './walk.js';

/** How to evaluate what is behind a path. */
export interface Question {
  /** Decoded segments below `data`. */
  readonly path: readonly string[];
  readonly input?: Uint8Array | undefined;
  readonly strictBuiltinErrors?: boolean;
  readonly metrics?: boolean;
}

/** Asks one revision for the document at a path. Throws `evaluation_*`. */
export async function askDocument(lease: RevisionLease, question: Question): Promise<Evaluation> {
  const { path } = question;
  const plan = resolve(lease.revision.policy, path);
  switch (plan.kind) {
    case 'base':
      return { result: await baseText(lease.revision, path) };
    case 'document':
      return wholeDocument(lease, question, plan.roots);
    case 'evaluate': {
      const evaluation = await lease.evaluate(requestFor(plan.entrypoint, question));
      if (plan.rest.length === 0 || evaluation.result === undefined) return evaluation;
      return { ...evaluation, result: textOf(walk(parseTerm(evaluation.result), plan.rest, memberOf)) };
    }
  }
}

function requestFor(entrypoint: string, { input, strictBuiltinErrors = false, metrics = false }: Question): EvaluationRequest {
  const switches = { strictBuiltinErrors, metrics };
  return input === undefined ? { entrypoint, ...switches } : { entrypoint, input, ...switches };
}

/** The part of the document that OPA keeps for itself and leaves out of the whole. */
const HIDDEN = 'system';

/**
 * The root entrypoint gives all of it. Where rules have names that cannot stand in a path there is none: then what the rules make stands
 * beside what the files hold; the compiler merged the data below each root into its value already.
 */
async function wholeDocument(lease: RevisionLease, question: Question, roots: readonly string[]): Promise<Evaluation> {
  const made = await Promise.all(roots.map(async (root) => [root, await lease.evaluate(requestFor(root, question))] as const));
  const found = new Map<string, RegoValue>();
  const take = (value: RegoValue | undefined): void => {
    if (!(value instanceof RegoObject)) return;
    for (const [key, member] of value.entries) if (typeof key === 'string' && key !== HIDDEN) found.set(key, member);
  };
  if (!roots.includes('')) take(baseData(lease.revision, []));
  for (const [root, { result }] of made) {
    if (result === undefined || root === HIDDEN) continue;
    if (root === '') take(parseTerm(result));
    else found.set(root, parseTerm(result));
  }
  const marks = made.flatMap(([, evaluation]) => evaluation.marks ?? []);
  return { ...made[0]?.[1], result: formatJson(RegoObject.of(found)), ...(marks.length === 0 ? {} : { marks }) };
}

const parsed = new WeakMap<Revision, Map<string, RegoValue>>();

/** What the data files hold at a path. */
async function baseText(revision: Revision, path: readonly string[]): Promise<string | undefined> {
  const [name = '', ...below] = path;
  const json = sectionsOf(revision.data).get(name);
  if (json !== undefined && isLargeData(json)) return askLargeMember({ json, path: below });
  return textOf(walk(baseData(revision, path), path));
}

/** The member of the data document that a path leads into, read when first asked for and kept as long as the revision. */
function baseData(revision: Revision, [name]: readonly string[]): RegoValue {
  const members = parsed.get(revision) ?? new Map<string, RegoValue>();
  parsed.set(revision, members);
  for (const [key, json] of sectionsOf(revision.data)) {
    if ((name === undefined || key === name) && !members.has(key)) members.set(key, parseTerm(json));
  }
  return RegoObject.of(members);
}

function textOf(value: RegoValue | undefined): string | undefined {
  return value === undefined ? undefined : formatJson(value);
}
