import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { verdictOf } from './decision-log.js';
import { matches } from './filter.js';
import type { ReadOptions } from './reader.js';
import { BUNDLE, memberText } from './record.js';
import type { DecisionRecord, KeptDecision } from './record.js';
import { keptFrom } from './batch/runs.js';

/**
 * Records of an export, one JSON object a line, in their order there: ours, or decision log events as OPA writes them, which say less. Lines
 * that are no record are passed over. Throws what reading a file throws.
 */
export async function* readExport(file: string, filter: Omit<ReadOptions, 'order'> = {}): AsyncGenerator<KeptDecision, void> {
  const { since = -Infinity, until = Infinity, limit = Infinity } = filter;
  let left = limit;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const found = keptFrom(text);
    if (found === undefined || typeof found.record.decision_id !== 'string') continue;
    const kept = { ...found, record: completed(found) };
    // Ids of others do not tell the time.
    const at = Date.parse(kept.record.timestamp);
    const timely = Number.isNaN(at) ? filter.since === undefined && filter.until === undefined : at >= since && at < until;
    if (!timely || !matches(kept.record, filter)) continue;
    yield kept;
    left -= 1;
    if (left <= 0) return;
  }
}

/** What OPA's events may lack, from what they say. */
type Event = Omit<Partial<DecisionRecord>, 'bundles' | 'decision_id'> & {
  readonly decision_id: string;
  readonly bundles?: Readonly<Record<string, { readonly revision?: string } | undefined>>;
};

function completed(kept: KeptDecision): DecisionRecord {
  const event = kept.record as Event;
  const { path = '', timestamp = '', labels, metrics, custom, error } = event;
  const { bundles, ...others } = event;
  const revision = (bundles?.[BUNDLE] ?? Object.values(bundles ?? {})[0])?.revision;
  return {
    ...others,
    path,
    timestamp,
    labels: labels ?? { id: '', version: '' },
    metrics: metrics ?? { timer_server_handler_ns: 0 },
    custom: custom ?? { domain: 'data', verdict: error === undefined ? verdictIn(kept) : 'error', request_id: '' },
    ...(revision === undefined ? {} : { bundles: { [BUNDLE]: { revision } } }),
  };
}

function verdictIn(kept: KeptDecision): string {
  const result = memberText(kept, 'result');
  return verdictOf(result === undefined ? undefined : Buffer.from(result).toString('utf8'));
}
