import { setTimeout as pause } from 'node:timers/promises';
import { lineOf, linesInOrder } from './batch/merge.js';
import { keptFrom, partsIn, runsIn } from './batch/runs.js';
import type { Format } from './batch/runs.js';
import { timeOfId } from './decision-id.js';
import { idBounds, matches } from './filter.js';
import type { DecisionFilter } from './filter.js';
import type { KeptDecision } from './record.js';
import { lastWriteMs, listSegments, readSegment } from './store/segment.js';
import type { Segment } from './store/segment.js';

export interface ReadOptions extends DecisionFilter {
  /**
   * Default `newest` first. Exact within a segment, or with a limit within a part of one; around its end, records of different processes may
   * be a moment out of order.
   */
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
      for (const kept of recordsOf(await readSegment(segment), segment.format, options)) {
        yield kept;
        left -= 1;
        if (left <= 0) return;
      }
    }
  }

  async function lookFor(id: string, ms: number): Promise<KeptDecision | undefined> {
    for (const segment of await listSegments(folder)) {
      if (!(await mayHold(segment, { since: ms, until: ms + 1 }))) continue;
      const line = lineOf(runsIn(await readSegment(segment), segment.format).runs, id);
      if (line !== undefined) return keptFrom(line);
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

function* recordsOf(bytes: Buffer, format: Format, options: ReadOptions): Generator<KeptDecision, void> {
  const { order = 'newest', limit } = options;
  const parts = order === 'newest' && limit !== undefined ? partsIn(bytes, format) : [runsIn(bytes, format).runs];
  for (const runs of parts) {
    for (const line of linesInOrder(runs, order, idBounds(options))) {
      const kept = keptFrom(line);
      if (kept !== undefined && matches(kept.record, options)) yield kept;
    }
  }
}
