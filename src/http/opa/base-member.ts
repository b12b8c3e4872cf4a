import { GatewayError } from '../../errors.js';
import { isArray, isObject, splitArray, splitObject } from '../../policy/json-slices.js';
import { formatJson } from '../../value/format-json.js';
import { parseTerm } from '../../value/parse-term.js';
import { workApart } from '../../work-apart.js';
import { INDEX } from './walk.js';

/** The text of a large member of the data document, and where in it to look. */
export interface MemberQuestion {
  /** Shared memory: a copy would cost as much as what is avoided. */
  readonly json: Uint8Array;
  /** Decoded segments below the member. */
  readonly path: readonly string[];
}

/** Each takes a thread and a multiple of what it answers; more are refused until these are done. */
const MAX_WAITING = 8;

let waiting = 0;
let turn: Promise<unknown> = Promise.resolve();

/**
 * The value at a path below a large member as OPA writes it, found on a thread of its own, one at a time; undefined where there is none.
 * Throws `evaluation_overloaded` when too many wait.
 */
export async function askLargeMember(question: MemberQuestion): Promise<string | undefined> {
  if (waiting >= MAX_WAITING) throw new GatewayError('evaluation_overloaded', `${MAX_WAITING} requests for large data are waiting already`);
  waiting += 1;
  const answer = turn.then(() => workApart<string | undefined>(new URL('./base-member-worker.js', import.meta.url), question));
  turn = answer.catch(() => undefined);
  try {
    return await answer;
  } finally {
    waiting -= 1;
  }
}

/** What the thread does: only what the path leads to is parsed, the rest is cut away. */
export function memberText({ json, path }: MemberQuestion): string | undefined {
  let at: Uint8Array | undefined = json;
  for (const segment of path) {
    if (at === undefined) return undefined;
    if (isObject(at)) at = splitObject(at).get(segment);
    else at = INDEX.test(segment) && isArray(at) ? splitArray(at)[Number(segment)] : undefined;
  }
  return at === undefined ? undefined : formatJson(parseTerm(at));
}
