import type { Candidate } from '../../engine/candidate.js';
import type { Revision } from '../../policy/revision.js';
import { compareRules } from '../compare/rules.js';

/** What a guard has seen: the place, and what was there and is there now. */
export interface Finding {
  /** `data.a.b` of a rule, an entrypoint or a place of the data. */
  readonly path: string;
  readonly was: string;
  readonly is: string;
}

/** What serves, with its data parsed. */
export interface Serving {
  readonly revision: Revision;
  readonly document: Readonly<Record<string, unknown>>;
}

/** No package that was served is left: a folder was emptied or another one put in its place. */
export function lostModules({ revision }: Serving, { policy }: Candidate): readonly Finding[] {
  const before = revision.policy.packages;
  const now = new Set(policy.packages);
  if (before.length === 0 || before.some((name) => now.has(name))) return [];
  return [{ path: 'data', was: before.join(', '), is: policy.packages.join(', ') }];
}

/** Something that was asked for lately cannot be asked any more. */
export function lostEntrypoints({ revision }: Serving, { policy }: Candidate, asked: readonly string[]): readonly Finding[] {
  const before = new Set(revision.policy.entrypoints.map(({ path }) => path));
  const now = new Set(policy.entrypoints.map(({ path }) => path));
  return asked
    .filter((path) => before.has(path) && !now.has(path))
    .map((path) => ({ path: dataPath(path), was: 'asked within a day', is: 'gone' }));
}

const DENY: ReadonlySet<unknown> = new Set([false, 'deny', 'denied', 'block', 'blocked', 'reject', 'rejected', 'quarantine', 'disable']);
const ALLOW: ReadonlySet<unknown> = new Set([true, 'allow', 'allowed', 'permit', 'accept', 'pass', 'clean', 'enable']);

/** A default that refused lets through. */
export function openedDefaults({ revision }: Serving, { policy }: Candidate): readonly Finding[] {
  return compareRules(revision.policy, policy)
    .defaults.filter(({ from, to }) => DENY.has(word(from)) && ALLOW.has(word(to)))
    .map(({ package: name, rule, from = '', to = '' }) => ({ path: `data.${name}.${rule}`, was: from, is: to }));
}

function word(rego: string | undefined): unknown {
  if (rego === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(rego);
    return typeof value === 'string' ? value.trim().toLowerCase() : value;
  } catch {
    // A value that is no JSON (a set, a number with an exponent) is no such word.
    return undefined;
  }
}

const BLOCK_LIST = /(?:^|_)(?:block|blocked|deny|denied|forbidden)(?:_|$)/u;

/** A list of what is refused had entries and has none: by name, such as `blocked_destinations`. */
export function emptiedBlockLists({ document: before }: Serving, { document: now }: Candidate): readonly Finding[] {
  const found: Finding[] = [];
  walk(before, now, 'data', (path, key, was, is) => {
    if (!BLOCK_LIST.test(key) || sizeOf(was) === 0 || sizeOf(is) > 0) return;
    found.push({ path, was: `${sizeOf(was)} entries`, is: 'none' });
  });
  return found;
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return 0;
}

type Visit = (path: string, key: string, was: unknown, is: unknown) => void;

function walk(was: unknown, is: unknown, path: string, visit: Visit): void {
  if (!isObject(was)) return;
  for (const [key, value] of Object.entries(was)) {
    const other = isObject(is) && Object.hasOwn(is, key) ? is[key] : undefined;
    visit(`${path}.${key}`, key, value, other);
    walk(value, other, `${path}.${key}`, visit);
  }
}

/** The data document lost more than so many per cent of its bytes. */
export function shrunkData({ revision }: Serving, { data }: Candidate, percent: number): readonly Finding[] {
  const before = revision.data.byteLength;
  const lost = ((before - data.byteLength) / before) * 100;
  // Two braces: there was nothing to lose.
  if (before <= 2 || lost <= percent) return [];
  return [{ path: 'data', was: `${before} bytes`, is: `${data.byteLength} bytes` }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function dataPath(entrypoint: string): string {
  return `data.${entrypoint.replaceAll('/', '.')}`;
}
