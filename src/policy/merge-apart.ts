import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { GatewayError } from '../errors.js';
import { fromWire } from '../wire-error.js';
import type { WireError } from '../wire-error.js';
import { startWorker } from '../start-worker.js';
import { mergeData } from './merge-data.js';
import { checkClaims } from './references.js';
import type { ClaimFindings, Claims } from './references.js';
import { isSurveyed, lazyDocument, rememberSurvey } from './sections.js';
import type { DataSurvey } from './sections.js';
import type { SourceFile, SourceSet } from './source-set.js';

/** The data of a source set, merged and held against the rules. */
export interface CheckedData extends ClaimFindings {
  /** JSON text in UTF-8, numbers as they were written. */
  readonly data: Uint8Array;
  /** The same parsed, each member at the root when it is first asked for: numbers are JavaScript's. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** To the thread, which answers one and ends. Large bytes are shared with it, see `roomFor`. */
export type DataRequest =
  | ({ readonly type: 'merge'; readonly claims: Claims } & Pick<SourceSet, 'data' | 'overlays'>)
  | { readonly type: 'survey'; readonly data: Uint8Array };

export type DataReply =
  | ({ readonly type: 'merged'; readonly data: Uint8Array; readonly survey: DataSurvey } & ClaimFindings)
  | { readonly type: 'surveyed'; readonly survey: DataSurvey }
  | { readonly type: 'failed'; readonly error: WireError };

/** JSON of this size merges within 2 ms, and so does so much of YAML: less than a thread takes to start. */
const SMALL_JSON_BYTES = 128 * 1024;
const SMALL_YAML_BYTES = 1024;

/**
 * Merges and checks the data of a source set: what is large on a thread of its own, which ends with the work and takes its memory along.
 * Throws what {@link mergeData} throws.
 */
export async function mergeApart(
  { data, overlays }: Pick<SourceSet, 'data' | 'overlays'>,
  { rules, references }: Claims,
): Promise<CheckedData> {
  if (isSmall([...data, ...overlays])) {
    const merged = mergeData({ data, overlays });
    return { ...merged, ...checkClaims(merged, { rules, references }) };
  }
  const reply = await ask({ type: 'merge', data, overlays, claims: { rules, references } });
  if (reply.type !== 'merged') throw unexpected();
  rememberSurvey(reply.data, reply.survey);
  return { data: reply.data, document: lazyDocument(reply.data), conflicts: reply.conflicts, missing: reply.missing };
}

/** A kept document as values, see {@link CheckedData}. One that is large is cut on a thread of its own. */
export async function documentApart(data: Uint8Array): Promise<CheckedData['document']> {
  if (data.byteLength > SMALL_JSON_BYTES && !isSurveyed(data)) {
    const reply = await ask({ type: 'survey', data });
    if (reply.type !== 'surveyed') throw unexpected();
    rememberSurvey(data, reply.survey);
  }
  return lazyDocument(data);
}

async function ask(request: DataRequest): Promise<DataReply> {
  const worker = startWorker({ name: 'data' }, new URL('./merge-worker.js', import.meta.url));
  try {
    const reply = await answerOf(worker, request);
    if (reply.type === 'failed') throw fromWire(reply.error);
    return reply;
  } finally {
    await worker.terminate();
  }
}

async function answerOf(worker: Worker, request: DataRequest): Promise<DataReply> {
  const ended = new AbortController();
  const replied = once(worker, 'message', { signal: ended.signal }) as Promise<[DataReply]>;
  const crashed = once(worker, 'exit', { signal: ended.signal }).then(() => {
    throw unexpected();
  });
  for (const lost of [replied, crashed]) lost.catch(() => undefined);
  try {
    worker.postMessage(request);
    const [reply] = await Promise.race([replied, crashed]);
    return reply;
  } finally {
    ended.abort();
  }
}

function unexpected(): GatewayError {
  return new GatewayError('internal', 'The thread that merges data ended without an answer');
}

function isSmall(files: readonly SourceFile[]): boolean {
  let json = 0;
  let yaml = 0;
  for (const { path, bytes } of files) {
    if (path.endsWith('.json')) json += bytes.length;
    else yaml += bytes.length;
  }
  return json <= SMALL_JSON_BYTES && yaml <= SMALL_YAML_BYTES;
}
