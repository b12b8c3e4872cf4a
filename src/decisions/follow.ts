import { setTimeout as pause } from 'node:timers/promises';
import { linesInOrder } from './batch/merge.js';
import { keptFrom, runsIn } from './batch/runs.js';
import { idBounds, matches } from './filter.js';
import type { DecisionFilter } from './filter.js';
import type { KeptDecision } from './record.js';
import { listSegments, readSegment, segmentBytes } from './store/segment.js';

const LOOK_MS = 200;

/** Records as they are kept from now on, until the signal. Those of one look are in the order of their ids. */
export async function* followDecisions(folder: string, filter: DecisionFilter, signal: AbortSignal): AsyncGenerator<KeptDecision, void> {
  const seen = new Map<string, number>();
  for (const segment of await listSegments(folder)) seen.set(segment.name, segment.packed ? 0 : ((await segmentBytes(segment)) ?? 0));
  while (!signal.aborted) {
    for (const segment of await listSegments(folder)) {
      const from = seen.get(segment.name) ?? 0;
      if (segment.packed && seen.has(segment.name)) continue;
      const { runs, end } = runsIn(await readSegment(segment, from), segment.format);
      if (end === 0) continue;
      seen.set(segment.name, from + end);
      for (const line of linesInOrder(runs, 'oldest', idBounds({}))) {
        const kept = keptFrom(line);
        if (kept !== undefined && matches(kept.record, filter)) yield kept;
      }
    }
    await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
