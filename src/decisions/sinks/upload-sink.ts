import { setTimeout as pause } from 'node:timers/promises';
import { ExponentialBackoff } from 'cockatiel';
import { LineQueue } from './line-queue.js';
import type { Sink, SinkState } from './sink.js';
import type { UploadSettings } from './upload-settings.js';

/** Why an upload was not taken. `final`: the same again would not be taken either. */
export interface UploadFailure {
  readonly final: boolean;
  readonly message: string;
}

/** How records go to where they go. */
export interface Transport<Body> {
  /** What is sent of so many lines, and how many bytes that takes. */
  pack(lines: readonly Buffer[]): { readonly body: Body; readonly bytes: number };
  /** Undefined when it was taken. Never rejects. */
  send(body: Body, signal: AbortSignal): Promise<UploadFailure | undefined>;
}

interface Batch<Body> {
  readonly records: number;
  readonly bytes: number;
  readonly body: Body;
}

/** After an upload that failed, with jitter: many gateways come back to a service at the same time. */
const BACKOFF = new ExponentialBackoff({ initialDelay: 500, maxDelay: 60_000 });
/** JSON of records packs to a fifth and less; what it does is learnt from the first upload on. */
const FIRST_RATIO = 4;
const MAX_RATIO = 64;
/** So that most uploads pack to what they may have at the first attempt. */
const MARGIN = 0.8;

/**
 * Uploads one after the other, the oldest records first. What waits goes out after a while, and at once when it fills an upload. `onChange` is
 * called when the state is another.
 */
export function createUploadSink<Body>(settings: UploadSettings, transport: Transport<Body>, onChange: () => void): Sink {
  const { uploadBytes, bufferBytes, minDelayMs, maxDelayMs } = settings;
  const queue = new LineQueue(bufferBytes);
  const closing = new AbortController();
  const deadline = new AbortController();
  let state: Omit<SinkState, 'waitingBytes'> = { ok: true, sent: 0, lost: 0 };
  let ratio = FIRST_RATIO;
  let inHand: Batch<Body> | undefined;
  let wake = new AbortController();

  function set(next: Partial<SinkState>): void {
    state = { ...state, ...next };
    onChange();
  }

  const lose = (records: number, reason?: string): void =>
    set({ lost: state.lost + records, ...(reason === undefined ? {} : { ok: false, lastError: reason }) });

  const isClosing = (): boolean => closing.signal.aborted;

  const full = (): number => uploadBytes * ratio * MARGIN;

  async function run(): Promise<void> {
    while (!isClosing()) {
      await sleep(minDelayMs + Math.random() * Math.max(0, maxDelayMs - minDelayMs), wake.signal);
      wake = new AbortController();
      while (queue.length > 0 && !isClosing()) await deliver();
    }
  }

  /** Sends one batch, however long that takes. */
  async function deliver(): Promise<void> {
    inHand = nextBatch();
    for (let backoff = BACKOFF.next(); inHand !== undefined; backoff = backoff.next(undefined)) {
      if (await attempt(inHand)) return;
      await sleep(backoff.duration, closing.signal);
      if (isClosing()) return;
    }
  }

  /** True when there is nothing more to do for it. */
  async function attempt(batch: Batch<Body>): Promise<boolean> {
    const failure = await transport.send(batch.body, deadline.signal);
    if (failure !== undefined && !failure.final) {
      set({ ok: false, lastError: failure.message });
      return false;
    }
    inHand = undefined;
    if (failure === undefined) set({ ok: true, sent: state.sent + batch.records });
    else lose(batch.records, failure.message);
    return true;
  }

  function nextBatch(): Batch<Body> | undefined {
    let lines = queue.take(full());
    for (;;) {
      if (lines.length === 0) return undefined;
      const raw = lines.reduce((sum, { length }) => sum + length + 1, 0);
      const { body, bytes } = transport.pack(lines);
      ratio = Math.min(MAX_RATIO, raw / bytes);
      if (bytes <= uploadBytes) return { records: lines.length, bytes: raw, body };
      if (lines.length === 1) {
        lose(1, `a record takes ${bytes} bytes, more than an upload may have`);
        lines = queue.take(full());
      } else {
        const half = lines.length >> 1;
        queue.putBack(lines.slice(half));
        lines = lines.slice(0, half);
      }
    }
  }

  async function flush(): Promise<void> {
    await running;
    for (;;) {
      inHand ??= nextBatch();
      if (inHand === undefined || deadline.signal.aborted || !(await attempt(inHand))) break;
    }
    const left = queue.length + (inHand?.records ?? 0);
    if (left > 0) lose(left);
  }

  const running = run();

  return {
    take(lines) {
      const dropped = queue.push(lines);
      if (dropped > 0) lose(dropped);
      if (queue.bytes >= full()) wake.abort();
    },
    get state() {
      return { ...state, waitingBytes: queue.bytes + (inHand?.bytes ?? 0) };
    },
    async close(ms) {
      closing.abort();
      wake.abort();
      const timer = setTimeout(() => deadline.abort(), ms);
      await flush();
      clearTimeout(timer);
    },
  };
}

/** Ends early with the signal. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}
