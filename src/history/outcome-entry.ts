import type { Outcome } from '../engine/engine.js';
import type { Entry, EntryNotes } from './entry.js';
import type { PartsRef } from './pack.js';

/** Diagnostics that one entry carries; the attempt itself told all of them. */
const MAX_DIAGNOSTICS = 100;

interface EntryContext {
  readonly instance: string;
  /** What was tried. */
  readonly id: string | undefined;
  readonly parts: PartsRef | undefined;
  readonly found: EntryNotes | undefined;
}

/** What the history says of an attempt; undefined when nothing came of it. */
export function outcomeEntry(outcome: Outcome, { instance, id, parts, found }: EntryContext): Omit<Entry, 'number' | 'format'> | undefined {
  const { status, trigger, asked, changes, effects, error, diagnostics } = outcome;
  if (status === 'unchanged') return undefined;
  return {
    at: outcome.at.toISOString(),
    instance,
    status,
    trigger,
    modules: outcome.modules,
    durationMs: outcome.durationMs,
    warnings: diagnostics.filter(({ severity }) => severity === 'warning').length,
    diagnostics: diagnostics.slice(0, MAX_DIAGNOSTICS),
    ...given('by', asked.by),
    ...given('reason', asked.reason),
    ...given('revision', id),
    ...given('manifest', parts?.ref),
    ...given('modulesId', parts?.modulesId),
    ...given('maker', parts?.maker),
    ...given('previous', outcome.previousRevision),
    ...given('serving', outcome.revision),
    ...given('changes', changes === undefined ? undefined : { ...changes }),
    ...given('effects', effects === undefined ? undefined : { ...effects }),
    ...found,
    ...given('error', error),
    ...given('accepted', acceptedIn(asked)),
  };
}

function given<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}

/** The same save refused again for the same reason (a retry, a restart), or what served being served again, is no news. */
export function isRepeated(last: Entry, entry: Omit<Entry, 'number' | 'format'>): boolean {
  if (last.status !== entry.status || last.revision !== entry.revision || last.error?.code !== entry.error?.code) return false;
  return entry.status !== 'reloaded' || entry.trigger === 'boot';
}

function acceptedIn({ accept = [], acceptImpact }: Outcome['asked']): string[] | undefined {
  const names = [...accept, ...(acceptImpact === true ? ['impact'] : [])];
  return names.length === 0 ? undefined : names;
}
