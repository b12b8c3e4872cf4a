import { GatewayError } from '../errors.js';
import type { Entry } from './entry.js';

/** What words such as `serving` mean where they are asked. */
export interface Standing {
  readonly entries: readonly Entry[];
  /** Full id of what serves, or served last. */
  readonly serving: string | undefined;
}

/** Shorter prefixes fit too much by chance. */
const MIN_PREFIX = 6;

const WORDS: ReadonlySet<string> = new Set(['serving', 'previous']);

const STEPS = /^~(\d{1,4})$/u;

/** More digits than an entry has, and a prefix may be of digits alone. */
const NUMBER = /^#?(\d{1,5})$/u;

/**
 * The attempt that a person means: `serving`, `previous`, `~2` (two steps back), a number of the history, or the first digits of a revision.
 * Throws `history_unknown`, `history_ambiguous`.
 */
export function selectEntry(selector: string, { entries, serving }: Standing): Entry {
  if (selector === 'serving') return served(serving, entries);
  const steps = selector === 'previous' ? 1 : Number(STEPS.exec(selector)?.[1] ?? Number.NaN);
  if (!Number.isNaN(steps)) return stepBack(steps, entries, serving);
  const number = NUMBER.exec(selector)?.[1];
  const found = number === undefined ? undefined : entries.find((entry) => entry.number === Number(number));
  return found ?? byPrefix(selector.toLowerCase(), entries);
}

/** True for what {@link selectEntry} understands, whether it is kept or not: a folder of that name has to be given with a slash. */
export function namesEntry(selector: string): boolean {
  return WORDS.has(selector) || STEPS.test(selector) || NUMBER.test(selector) || isPrefix(selector.toLowerCase());
}

function served(id: string | undefined, entries: readonly Entry[]): Entry {
  const entry = id === undefined ? undefined : entryOf(id, entries);
  if (entry !== undefined) return entry;
  throw new GatewayError('history_unknown', id === undefined ? 'nothing has served yet' : `the history does not know what serves (${id})`);
}

function entryOf(id: string, entries: readonly Entry[]): Entry | undefined {
  const own = entries.filter(({ revision }) => revision === id);
  return own.findLast(({ status }) => status === 'reloaded') ?? own.at(-1);
}

function stepBack(steps: number, entries: readonly Entry[], serving: string | undefined): Entry {
  let id = serving;
  for (let step = 0; step < steps; step++) id = before(id, entries);
  const when = steps === 1 ? 'before this one' : `${steps} steps back`;
  if (id === undefined) throw new GatewayError('history_unknown', `no revision is kept that served ${when}`);
  const entry = entryOf(id, entries);
  // The disk refused it, or it was pruned. An older one is another policy: who means that says so.
  if (entry === undefined) throw new GatewayError('history_unknown', `what served ${when} was not kept (${id})`);
  return entry;
}

/** What served before `id` came from the folder: after going back once, going back again goes further back. */
function before(id: string | undefined, entries: readonly Entry[]): string | undefined {
  const came = entries.filter(({ revision, status }) => revision === id && status === 'reloaded');
  const entry = came.findLast(({ trigger }) => trigger !== 'rollback') ?? came.at(-1);
  if (entry === undefined) return undefined;
  if (entry.previous !== undefined) return entry.previous;
  // The first one of a run: what served before the restart.
  const earlier = entries.filter(({ number, status, instance, revision }) => {
    return number < entry.number && status === 'reloaded' && instance === entry.instance && revision !== id;
  });
  return earlier.at(-1)?.revision;
}

function isPrefix(text: string): boolean {
  return /^[0-9a-f]+$/u.test(text) && text.length >= MIN_PREFIX;
}

function byPrefix(prefix: string, entries: readonly Entry[]): Entry {
  if (!isPrefix(prefix)) {
    throw new GatewayError(
      'history_unknown',
      `Expected serving, previous, ~N, a number of the history or at least ${MIN_PREFIX} digits of a revision, got ${JSON.stringify(prefix)}`,
    );
  }
  const found = entries.filter(({ revision }) => revision?.startsWith(prefix));
  const ids = new Set(found.map(({ revision }) => revision));
  if (ids.size > 1) throw new GatewayError('history_ambiguous', `${ids.size} revisions begin with ${prefix}`);
  const entry = found.findLast(({ maker }) => maker !== undefined) ?? found.at(-1);
  if (entry === undefined) throw new GatewayError('history_unknown', `the history has no revision that begins with ${prefix}`);
  return entry;
}
