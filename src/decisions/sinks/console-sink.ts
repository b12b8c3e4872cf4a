import { constants, openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { systemErrorCode } from '../../config/bounded-file.js';
import { LineQueue } from './line-queue.js';
import type { Sink, SinkState } from './sink.js';

/** Bytes that wait for a reader that is slow. */
const BUFFER_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const LOOK_MS = 20;
/** As OPA marks such lines among those of its log; the members of the record follow. */
const HEAD = Buffer.from('{"level":"info","msg":"Decision Log","type":"openpolicyagent.org/decision_logs",');
const END = Buffer.from('\n');

/** One JSON object a line to standard output, or to another file descriptor. */
export function createConsoleSink(onChange: () => void, fd = standardOutput()): Sink {
  const queue = new LineQueue(BUFFER_BYTES);
  let state: Omit<SinkState, 'waitingBytes'> = { ok: true, sent: 0, lost: 0 };
  /** What is being written: some of it may be out already. */
  let chunk: { bytes: Buffer; readonly records: number } | undefined;
  let writing: Promise<void> | undefined;
  let until = Infinity;

  function set(next: Partial<SinkState>): void {
    state = { ...state, ...next };
    onChange();
  }

  async function write(): Promise<void> {
    for (;;) {
      chunk ??= nextChunk();
      if (chunk === undefined) return;
      try {
        chunk.bytes = chunk.bytes.subarray(writeSync(fd, chunk.bytes));
        if (chunk.bytes.length > 0) continue;
        set({ ok: true, sent: state.sent + chunk.records });
      } catch (thrown) {
        if (systemErrorCode(thrown) === 'EAGAIN' && performance.now() < until) {
          await pause(LOOK_MS);
          continue;
        }
        set({ ok: false, lost: state.lost + chunk.records, lastError: thrown instanceof Error ? thrown.message : String(thrown) });
      }
      chunk = undefined;
    }
  }

  function nextChunk(): typeof chunk {
    const lines = queue.take(CHUNK_BYTES);
    return lines.length === 0
      ? undefined
      : { bytes: Buffer.concat(lines.flatMap((line) => [HEAD, line.subarray(1), END])), records: lines.length };
  }

  function start(): void {
    writing ??= write().finally(() => (writing = undefined));
  }

  return {
    take(lines) {
      const dropped = queue.push(lines);
      if (dropped > 0) set({ lost: state.lost + dropped });
      start();
    },
    get state() {
      return { ...state, waitingBytes: queue.bytes + (chunk?.bytes.length ?? 0) };
    },
    async close(ms) {
      until = performance.now() + ms;
      await writing;
    },
  };
}

/**
 * Standard output under a description of its own, which does not block: a reader that stopped reading holds up nobody. Where it cannot be
 * opened again (a socket) it is the one that there is.
 */
function standardOutput(): number {
  try {
    return openSync('/dev/stdout', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_APPEND);
  } catch {
    return 1;
  }
}
