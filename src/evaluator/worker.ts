import { parentPort, workerData } from 'node:worker_threads';
import { collectGarbage } from '../collect-garbage.js';
import { asGatewayError } from '../errors.js';
import { EvaluationContext } from './host/evaluation-context.js';
import { fillMemory } from './host/instantiate.js';
import { evaluationFailure } from './host/guest-failure.js';
import { LoadedRevision } from './host/loaded-revision.js';
import { Recorder } from './host/recorder.js';
import { unpackBatch } from './pool/batch.js';
import type { BatchItem } from './pool/batch.js';
import { CONTROL, PAGE_BYTES } from './pool/protocol.js';
import type { GenerationSource, ReplyPayload, ThreadCommand, ThreadEvent, ThreadSettings } from './pool/protocol.js';
import { PrintBuffer } from './pool/print-buffer.js';
import { linker } from './linker.js';
import { toWire } from '../wire-error.js';

/** Replies wait for each other this long, so that quick ones share a message and none waits for a slow one. */
const REPLY_DELAY_MS = 0.5;

if (parentPort === null) throw new Error('Expected to run as a worker thread');
const port = parentPort;
const settings = workerData as ThreadSettings;
const control = new Int32Array(settings.control);
const generations = new Map<number, LoadedRevision>();
const prints = new PrintBuffer((lines) => post({ type: 'print', lines }));
const recorder = settings.tests ? new Recorder() : undefined;
const context = new EvaluationContext(recorder?.print ?? ((text) => prints.add(text)));

let replies: (number | ReplyPayload)[] = [];

function post(event: ThreadEvent): void {
  port.postMessage(event);
}

function flush(): void {
  prints.flush();
  if (replies.length === 0) return;
  port.postMessage(replies);
  replies = [];
}

/** Generations whose built-ins are being loaded. */
const loading = new Set<number>();

async function prepare(source: GenerationSource): Promise<void> {
  const { generation } = source;
  loading.add(generation);
  try {
    const find = await linker(settings.allowBuiltins, source.builtins);
    const link = recorder?.link(find) ?? find;
    const { maxMemoryBytes } = settings;
    const filled = await fillMemory({ ...source, maxMemoryBytes });
    // Released meanwhile: nobody waits for it.
    if (!loading.delete(generation)) return;
    const revision = new LoadedRevision({ ...source, maxMemoryBytes, link }, context, filled);
    generations.set(generation, revision);
    report();
    const listed = source.module.linking === undefined ? { entrypoints: revision.entrypoints } : {};
    post({ type: 'prepared', generation, ...listed, data: { image: revision.image } });
  } catch (thrown) {
    post({ type: 'refused', generation, error: toWire(asGatewayError(thrown)) });
  }
}

/** Reads in what a policy that is about to come will call; what is wrong with it is said when it is there. */
function expect(builtins: readonly string[]): void {
  linker(settings.allowBuiltins, builtins).catch(() => undefined);
}

function report(): void {
  let dropped = 0;
  let bytes = 0;
  for (const revision of generations.values()) {
    dropped += revision.dropped;
    bytes += revision.memoryBytes;
  }
  control[CONTROL.instancesDropped] = retired + dropped;
  control[CONTROL.memoryPages] = bytes / PAGE_BYTES;
}

/** Below, the memory of an instance may wait for its turn. */
const COLLECTED_BYTES = 32 * 1024 * 1024;

/** Instances dropped by generations that are gone. */
let retired = 0;

function release(generation: number): void {
  loading.delete(generation);
  const revision = generations.get(generation);
  generations.delete(generation);
  retired += revision?.dropped ?? 0;
  report();
  if ((revision?.image.bytes.byteLength ?? 0) > COLLECTED_BYTES) setImmediate(collectGarbage);
}

function answer(item: BatchItem): ReplyPayload {
  try {
    const revision = generations.get(item.generation);
    if (revision === undefined) throw new Error(`Expected generation ${item.generation} to be prepared`);
    const request = { ...item, deadlineMs: item.timeoutMs };
    if (recorder !== undefined) return recorder.run(() => revision.evaluate(request));
    const made = item.metrics ? revision.evaluateTimed(request) : revision.evaluate(request);
    const { marks } = revision;
    if (marks === undefined) return made;
    return typeof made === 'object' ? { ...made, marks } : { result: made, marks };
  } catch (thrown) {
    report();
    return toWire(evaluationFailure(thrown));
  }
}

function runBatch(batch: ArrayBuffer): void {
  let flushed = performance.now();
  unpackBatch(batch, (item) => {
    const before = (item.sequence - 1) | 0;
    // Another value than the one before it: the main thread took this request back.
    if (Atomics.compareExchange(control, CONTROL.claimed, before, item.sequence) !== before) return;
    replies.push(item.sequence, answer(item));
    const now = performance.now();
    if (now - flushed < REPLY_DELAY_MS) return;
    flush();
    flushed = now;
  });
  flush();
  report();
}

port.on('message', (message: ArrayBuffer | ThreadCommand) => {
  if (message instanceof ArrayBuffer) runBatch(message);
  else if (message.type === 'prepare') void prepare(message);
  else if (message.type === 'release') release(message.generation);
  else if (message.type === 'expect') expect(message.builtins);
  else post({ type: 'pong' });
});

post({ type: 'started' });
// Node reads in what this takes when it is first asked for: not while the first decision is waited for.
performance.now();
