import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { GatewayError } from '../errors.js';
import { fromWire } from '../wire-error.js';
import type { WireError } from '../wire-error.js';
import { startWorker } from '../start-worker.js';
import type { Diagnostic } from './diagnostic.js';
import { checkDataConflicts, mergeData } from './merge-data.js';
import type { RulePlace } from './revision.js';
import { lazyDocument, rememberSections } from './sections.js';
import type { SectionPlace } from './sections.js';
import type { SourceFile, SourceSet } from './source-set.js';

/** The data of a source set, merged and held against the rules. */
export interface CheckedData {
  /** JSON text in UTF-8, numbers as they were written. */
  readonly data: Uint8Array;
  /** The same parsed, each member at the root when it is first asked for: numbers are JavaScript's. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly conflicts: readonly Diagnostic[];
}

/** To the thread: one message a file, then the rules. */
export type MergeRequest =
  | { readonly type: 'file'; readonly part: 'data' | 'overlays'; readonly file: SourceFile }
  | { readonly type: 'merge'; readonly rules: readonly RulePlace[] };

export type MergeReply =
  | { readonly data: Uint8Array; readonly places: readonly SectionPlace[]; readonly conflicts: readonly Diagnostic[] }
  | { readonly error: WireError };

/** JSON of this size merges within 2 ms, and so does so much of YAML: less than a thread takes to start. */
const SMALL_JSON_BYTES = 128 * 1024;
const SMALL_YAML_BYTES = 1024;

/**
 * Merges and checks the data of a source set: what is large on a thread of its own, which ends with the work and takes its memory along.
 * The thread that decides copies bytes, a file at a time. Throws what {@link mergeData} throws.
 */
export async function mergeApart(set: Pick<SourceSet, 'data' | 'overlays'>, rules: readonly RulePlace[]): Promise<CheckedData> {
  if (isSmall(set)) {
    const merged = mergeData(set);
    return { ...merged, conflicts: checkDataConflicts(merged, rules) };
  }
  const worker = startWorker({ name: 'data' }, new URL('./merge-worker.js', import.meta.url));
  try {
    const reply = await ask(worker, set, rules);
    if ('error' in reply) throw fromWire(reply.error);
    rememberSections(reply.data, reply.places);
    return { data: reply.data, document: lazyDocument(reply.data), conflicts: reply.conflicts };
  } finally {
    await worker.terminate();
  }
}

async function ask(
  worker: Worker,
  { data, overlays }: Pick<SourceSet, 'data' | 'overlays'>,
  rules: readonly RulePlace[],
): Promise<MergeReply> {
  const ended = new AbortController();
  const replied = once(worker, 'message', { signal: ended.signal }) as Promise<[MergeReply]>;
  const crashed = once(worker, 'exit', { signal: ended.signal }).then(() => {
    throw new GatewayError('internal', 'The thread that merges data ended without an answer');
  });
  for (const lost of [replied, crashed]) lost.catch(() => undefined);
  try {
    const post = (request: MergeRequest): void => worker.postMessage(request);
    for (const [part, files] of [['data', data] as const, ['overlays', overlays] as const]) {
      for (const file of files) {
        post({ type: 'file', part, file });
        await setImmediate();
      }
    }
    post({ type: 'merge', rules });
    const [reply] = await Promise.race([replied, crashed]);
    return reply;
  } finally {
    ended.abort();
  }
}

function isSmall({ data, overlays }: Pick<SourceSet, 'data' | 'overlays'>): boolean {
  let json = 0;
  let yaml = 0;
  for (const { path, bytes } of [...data, ...overlays]) {
    if (path.endsWith('.json')) json += bytes.length;
    else yaml += bytes.length;
  }
  return json <= SMALL_JSON_BYTES && yaml <= SMALL_YAML_BYTES;
}
