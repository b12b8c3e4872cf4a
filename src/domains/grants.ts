import { DOMAINS } from './registry.js';

/** Words that refuse, and words that let through, as policies use them; in lower case. */
export const REFUSING: ReadonlySet<unknown> = new Set([
  ...[false, 'deny', 'denied', 'block', 'blocked', 'reject', 'rejected', 'quarantine', 'disable'],
]);
export const PERMITTING: ReadonlySet<unknown> = new Set([true, 'allow', 'allowed', 'permit', 'accept', 'pass', 'clean', 'enable']);

/** A rule of this name lists or tells what is refused: with nothing in it nothing is. */
const REFUSAL_NAME = /^_*(?:den(?:y|ied)|violations?|block(?:ed)?|reject(?:ed)?)(?:_|$)/iu;

/** Members of an object that are the decision in it. */
const VERDICTS = ['allow', 'allowed', 'permit', 'permitted', 'authorized', 'action', 'verdict', 'decision'] as const;

type Document = Readonly<Record<string, unknown>>;

const BY_ENTRYPOINT = new Map<string, (document: Document) => readonly string[]>(
  Object.values(DOMAINS).map(({ entrypoint, grants }) => [entrypoint, grants]),
);

/**
 * What a decision lets through, by name: a decision that grants something that another one does not is the more lenient one. Of a domain as
 * the domain has it; else a true or permitting value grants its path. `path` is a slash path without `data`, `value` undefined for an
 * undefined decision.
 */
function grantsOf(path: string, value: unknown): readonly string[] {
  const whole = BY_ENTRYPOINT.get(path);
  if (whole !== undefined) return isDocument(value) ? whole(value) : [];
  const [name = '', ...above] = path.split('/').reverse();
  const part = BY_ENTRYPOINT.get(above.reverse().join('/'));
  if (part !== undefined) return part(value === undefined ? {} : { [name]: value });
  return permits(name, value) ? [path] : [];
}

function permits(name: string, value: unknown): boolean {
  if (REFUSAL_NAME.test(name)) return isNothing(value);
  if (isDocument(value)) return VERDICTS.some((verdict) => PERMITTING.has(wordOf(value[verdict])));
  return PERMITTING.has(wordOf(value));
}

function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isDocument(value)) return Object.keys(value).length === 0;
  return value === undefined || value === false;
}

/** Text as words are compared. */
export function wordOf(value: unknown): unknown {
  return typeof value === 'string' ? value.trim().toLowerCase() : value;
}

/** The value without what it holds of rules whose names begin with `_`: they are a policy's own business. */
export function withoutPrivate(value: unknown): unknown {
  if (!isDocument(value) || !Object.keys(value).some(isPrivate)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !isPrivate(name)));
}

function isPrivate(name: string): boolean {
  return name.startsWith('_');
}

export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What became of a decision: `deny_to_allow` lets through what was refused before, whatever else it refuses. */
export type Flip = 'deny_to_allow' | 'allow_to_deny' | 'other';

/** How two decisions differ; undefined when they do not. Both are values as JSON has them. */
export function flipOf(path: string, before: unknown, after: unknown, same: boolean): Flip | undefined {
  if (same) return undefined;
  const was = new Set(grantsOf(path, before));
  const is = new Set(grantsOf(path, after));
  if ([...is].some((grant) => !was.has(grant))) return 'deny_to_allow';
  return [...was].some((grant) => !is.has(grant)) ? 'allow_to_deny' : 'other';
}
