import type { Outcome, PinChange } from '../../engine/engine.js';
import type { Entry } from '../../history/entry.js';

/** One thing that happened to the policy, as subscribers hear of it. */
export interface PolicyEvent {
  /** Its number in the history; absent for what has none. */
  readonly number: number | undefined;
  readonly name: 'serving' | 'reloaded' | 'rolled_back' | 'rejected' | 'held' | 'pinned' | 'resumed';
  readonly body: Readonly<Record<string, unknown>>;
}

/** Paths of one kind in one event. */
const MAX_PATHS = 100;

/** Longest message of a failure, in UTF-16 units. */
const MAX_MESSAGE = 1024;

type Told = Pick<Entry, 'trigger' | 'by' | 'reason' | 'changes' | 'effects' | 'error'>;

/** Undefined for an attempt that came to nothing new. */
export function eventOfOutcome(outcome: Outcome): PolicyEvent | undefined {
  const { status, trigger, asked, number, at, previousRevision, revision, candidate, changes, effects, error } = outcome;
  if (status === 'unchanged') return undefined;
  return {
    number,
    name: status === 'reloaded' && trigger === 'rollback' ? 'rolled_back' : status,
    body: {
      ...about(number, at.toISOString(), previousRevision, revision, candidate),
      ...told({ trigger, ...given({ by: asked.by, reason: asked.reason, changes, effects, error }) }),
    },
  };
}

/** The same, out of the history. */
export function eventOfEntry(entry: Entry): PolicyEvent {
  const { number, at, status, trigger, previous, serving, revision } = entry;
  const candidate = status === 'reloaded' ? undefined : revision;
  return {
    number,
    name: status === 'reloaded' && trigger === 'rollback' ? 'rolled_back' : status,
    body: { ...about(number, at, previous, serving, candidate), ...told(entry) },
  };
}

/** Goes under the number of the attempt that moved the pin, which was told before it. */
export function eventOfPin({ pin, was, previous, revision, effects, number, asked, at }: PinChange): PolicyEvent {
  const { by, reason } = asked;
  const held = pin?.revision ?? was?.revision ?? null;
  return {
    number,
    name: pin === undefined ? 'resumed' : 'pinned',
    body: { ...about(number, at.toISOString(), previous, revision), pin: held, ...given({ by, reason }), ...effects },
  };
}

/** Whether the history knows of it: a pin is told while it is set, and afterwards by how things stand. */
export function isKept({ name }: PolicyEvent): boolean {
  return name !== 'pinned' && name !== 'resumed';
}

/** Where a subscriber begins. */
export function eventOfStanding(number: number | undefined, revision: string | undefined, pinned: string | undefined): PolicyEvent {
  return { number, name: 'serving', body: { number: number ?? null, revision: revision ?? null, pinned: pinned ?? null } };
}

/** In the format of Server-Sent Events. */
export function eventText({ number, name, body }: PolicyEvent): string {
  const id = number === undefined ? '' : `id: ${number}\n`;
  return `${id}event: ${name}\ndata: ${JSON.stringify(body)}\n\n`;
}

function about(number: number | undefined, at: string, from?: string, to?: string, candidate?: string): Record<string, unknown> {
  return { number: number ?? null, at, from: from ?? null, to: to ?? null, ...given({ candidate }) };
}

function told({ trigger, by, reason, changes, effects, error }: Told): Record<string, unknown> {
  const first = (paths: readonly string[]): readonly string[] => paths.slice(0, MAX_PATHS);
  return {
    trigger,
    ...given({ by, reason }),
    ...(changes === undefined
      ? {}
      : { files: { added: first(changes.added), changed: first(changes.changed), removed: first(changes.removed) } }),
    ...effects,
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message.slice(0, MAX_MESSAGE) } }),
  };
}

function given<T extends Readonly<Record<string, unknown>>>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
