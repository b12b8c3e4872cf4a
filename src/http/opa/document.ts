import type { Evaluation } from '../../evaluator/evaluator.js';
import type { RevisionLease } from '../../engine/engine.js';
import type { Revision } from '../../policy/revision.js';
import { joinMembers, formatJson } from '../../value/format-json.js';
import type { JsonMember } from '../../value/format-json.js';
import { parseTerm } from '../../value/parse-term.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { resolve } from './resolve.js';

/** How to evaluate what is behind a path. */
export interface Question {
  /** Decoded segments below `data`. */
  readonly path: readonly string[];
  readonly input?: Uint8Array;
  readonly strictBuiltinErrors?: boolean;
  readonly metrics?: boolean;
}

/** Asks one revision for the document at a path. Throws `evaluation_*`. */
export async function askDocument(lease: RevisionLease, question: Question): Promise<Evaluation> {
  const { path } = question;
  const plan = resolve(lease.revision.policy, path);
  switch (plan.kind) {
    case 'base':
      return { result: textOf(walk(baseData(lease.revision), path)) };
    case 'document':
      return wholeDocument(lease, question, plan.roots);
    case 'evaluate': {
      const evaluation = await lease.evaluate(requestFor(plan.entrypoint, question));
      if (plan.rest.length === 0 || evaluation.result === undefined) return evaluation;
      return { ...evaluation, result: textOf(walk(parseTerm(evaluation.result), plan.rest)) };
    }
  }
}

function requestFor(entrypoint: string, { input, strictBuiltinErrors, metrics }: Question): Parameters<RevisionLease['evaluate']>[0] {
  return {
    entrypoint,
    ...(input === undefined ? {} : { input }),
    ...(strictBuiltinErrors === true ? { strictBuiltinErrors } : {}),
    ...(metrics === true ? { metrics } : {}),
  };
}

/** What the rules make stands where both have a value: the compiler merged the data below each root into it already. */
async function wholeDocument(lease: RevisionLease, question: Question, roots: readonly string[]): Promise<Evaluation> {
  const made = await Promise.all(roots.map(async (root) => [root, (await lease.evaluate(requestFor(root, question))).result] as const));
  const base = baseData(lease.revision);
  const found: JsonMember[] = [];
  if (base instanceof RegoObject) {
    for (const [key, value] of base.entries) {
      if (typeof key === 'string' && !roots.includes(key)) found.push([key, formatJson(value)]);
    }
  }
  for (const [root, text] of made) if (text !== undefined) found.push([root, text]);
  return { result: joinMembers(found, false) };
}

const parsed = new WeakMap<Revision, RegoValue>();

/** The data document of a revision, read when first asked for and kept as long as the revision. */
function baseData(revision: Revision): RegoValue {
  const known = parsed.get(revision);
  if (known !== undefined) return known;
  const value = parseTerm(revision.data);
  parsed.set(revision, value);
  return value;
}

const INDEX = /^\d{1,9}$/;

/** The value below a value; undefined where there is none. */
function walk(from: RegoValue, path: readonly string[]): RegoValue | undefined {
  let value: RegoValue | undefined = from;
  for (const segment of path) {
    if (value instanceof RegoObject) value = value.get(segment);
    else if (Array.isArray(value) && INDEX.test(segment)) value = (value as readonly RegoValue[])[Number(segment)];
    else return undefined;
  }
  return value;
}

function textOf(value: RegoValue | undefined): string | undefined {
  return value === undefined ? undefined : formatJson(value);
}
