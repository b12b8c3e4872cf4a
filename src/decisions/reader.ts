import { setTimeout as pause } from 'node:timers/promises';
import { entriesIn, keptFrom } from './batch/entries.js';
import type { Entry } from './batch/entries.js';
import { timeOfId } from './decision-id.js';
import { idBounds, matches } from './filter.js';
import type { DecisionFilter } from './filter.js';
import type { KeptDecision } from './record.js';
import { lastWriteMs, listSegments, readSegment } from './store/segment.js';
import type { Segment } from './store/segment.js';

export interface ReadOptions extends DecisionFilter {
  /** Default `newest` first. Exact within a segment; around the end of one, records of different processes may be a moment out of order. */
  readonly order?: 'newest' | 'oldest';
  /** At most so many. Default: all. */
  readonly limit?: number | undefined;
}

/** Looks into the kept decisions; a gateway may be writing at the same time. All throw what reading a file throws. */
export interface DecisionReader {
  readonly read: (options?: ReadOptions) => AsyncGenerator<KeptDecision, void>;
  /** The record of an id, waited for as long as it takes to be written; undefined when it is not kept. */
  find(id: string): Promise<KeptDecision | undefined>;
}

/** What a record may be older than the name of its segment says, and younger than its last write: it waits its turn in between. */
const SLACK_MS = 10_000;
/** What is younger than this may still be on its way to the disk. */
const FRESH_MS = 5_000;
const LOOK_AGAIN_MS = 50;

export function openDecisions(folder: string): DecisionReader {
  async function* read(options: ReadOptions = {}): AsyncGenerator<KeptDecision, void> {
    const { order = 'newest', limit = Infinity } = options;
    let left = limit;
    const segments = await listSegments(folder);
    for (const segment of order === 'newest' ? [...segments].reverse() : segments) {
      if (left <= 0) return;
      if (!(await mayHold(segment, options))) continue;
      for (const kept of recordsOf(entriesIn(await readSegment(segment), segment.format).entries, options, order)) {
        yield kept;
        left -= 1;
        if (left <= 0) return;
      }
    }
  }

  async function lookFor(id: string, ms: number): Promise<KeptDecision | undefined> {
    for (const segment of await listSegments(folder)) {
      if (!(await mayHold(segment, { since: ms, until: ms + 1 }))) continue;
      const { entries } = entriesIn(await readSegment(segment), segment.format);
      const entry = entries.find((candidate) => candidate.id === id);
      if (entry !== undefined) return keptFrom(entry.text());
    }
    return undefined;
  }

  return {
    read,
    async find(id) {
      const ms = timeOfId(id);
      if (ms === undefined) return undefined;
      for (;;) {
        const late = Date.now() - ms > FRESH_MS;
        const found = await lookFor(id, ms);
        if (found !== undefined || late) return found;
        await pause(LOOK_AGAIN_MS);
      }
    },
  };
}

async function mayHold(segment: Segment, { since = 0, until = Infinity }: DecisionFilter): Promise<boolean> {
  if (segment.startMs - SLACK_MS >= until) return false;
  if (since === 0) return true;
  const last = await lastWriteMs(segment);
  return last !== undefined && last + SLACK_MS >= since;
}

function* recordsOf(found: readonly Entry[], filter: DecisionFilter, order: 'newest' | 'oldest'): Generator<KeptDecision, void> {
  const { from, to } = idBounds(filter);
  const entries = found.filter(({ id }) => id >= from && id < to);
  if (order === 'newest') entries.reverse();
  for (const entry of entries) {
    const kept = keptFrom(entry.text());
    if (kept !== undefined && matches(kept.record, filter)) yield kept;
  }
}
