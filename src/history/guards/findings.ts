import { PERMITTING, REFUSING, wordOf } from '../../domains/grants.js';
import type { Candidate } from '../../engine/candidate.js';
import { nothingLeft } from '../../policy/revision.js';
import type { Revision } from '../../policy/revision.js';
import { blockListsOf, defaultWordsOf } from '../../policy/sections.js';
import { compareRules } from '../compare/rules.js';

/** What a guard has seen: the place, and what was there and is there now. */
export interface Finding {
  /** `data.a.b` of a rule, an entrypoint or a place of the data. */
  readonly path: string;
  readonly was: string;
  readonly is: string;
}

/** No package that was served is left: a folder was emptied or another one put in its place. */
export function lostModules(revision: Revision, { policy }: Candidate): readonly Finding[] {
  if (!nothingLeft(revision.policy, policy)) return [];
  return [{ path: 'data', was: revision.policy.packages.join(', '), is: policy.packages.join(', ') }];
}

/** Something that was asked for lately cannot be asked any more. */
export function lostEntrypoints(revision: Revision, { policy }: Candidate, asked: readonly string[]): readonly Finding[] {
  const before = new Set(revision.policy.entrypoints.map(({ path }) => path));
  const now = new Set(policy.entrypoints.map(({ path }) => path));
  return asked
    .filter((path) => before.has(path) && !now.has(path))
    .map((path) => ({ path: dataPath(path), was: 'asked within a day', is: 'gone' }));
}

/** A default that refused lets through. */
export function openedDefaults(revision: Revision, { policy }: Candidate): readonly Finding[] {
  return compareRules(revision.policy, policy)
    .defaults.filter(({ from, to }) => REFUSING.has(word(from)) && PERMITTING.has(word(to)))
    .map(({ package: name, rule, from = '', to = '' }) => ({ path: `data.${name}.${rule}`, was: from, is: to }));
}

/** The same, of a default that the data has, such as `default_action`. */
export function openedDataDefaults(revision: Revision, { data }: Candidate): readonly Finding[] {
  const now = defaultWordsOf(data);
  return [...defaultWordsOf(revision.data)]
    .filter(([path, was]) => REFUSING.has(wordOf(was)) && PERMITTING.has(wordOf(now.get(path))))
    .map(([path, was]) => ({ path, was: JSON.stringify(was), is: JSON.stringify(now.get(path)) }));
}

function word(rego: string | undefined): unknown {
  if (rego === undefined) return undefined;
  try {
    return wordOf(JSON.parse(rego));
  } catch {
    // A value that is no JSON (a set, a number with an exponent) is no such word.
    return undefined;
  }
}

/** A list of what is refused had entries and has none: by name, such as `blocked_destinations`. */
export function emptiedBlockLists(revision: Revision, { data }: Candidate): readonly Finding[] {
  const now = blockListsOf(data);
  return [...blockListsOf(revision.data)]
    .filter(([path, entries]) => entries > 0 && (now.get(path) ?? 0) === 0)
    .map(([path, entries]) => ({ path, was: `${entries} entries`, is: 'none' }));
}

/** The data document lost more than so many per cent of its bytes. */
export function shrunkData(revision: Revision, { data }: Candidate, percent: number): readonly Finding[] {
  const before = revision.data.byteLength;
  const lost = ((before - data.byteLength) / before) * 100;
  // Two braces: there was nothing to lose.
  if (before <= 2 || lost <= percent) return [];
  return [{ path: 'data', was: `${before} bytes`, is: `${data.byteLength} bytes` }];
}

function dataPath(entrypoint: string): string {
  return `data.${entrypoint.replaceAll('/', '.')}`;
}
