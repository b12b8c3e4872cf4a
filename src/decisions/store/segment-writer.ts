import { mkdir, open, rm, readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isRunning } from '../../is-running.js';
import { createPacker } from './packer.js';
import { pruneSegments } from './prune.js';
import { listSegments, segmentFile } from './segment.js';

export interface SegmentWriterOptions {
  readonly folder: string;
  readonly keepMs: number;
  readonly maxBytes: number;
  /** Told why records are lost, each time. */
  readonly onTrouble?: (message: string) => void;
  /** Bytes and ms after which a segment is ended. Defaults: a sixteenth of `maxBytes`, at most 8 MiB; ten minutes. */
  readonly segmentBytes?: number;
  readonly segmentMs?: number;
}

/** How the writing goes. */
export interface WriterState {
  /** False from a write that failed to the next one that does not. */
  readonly ok: boolean;
  /** Why it failed last. */
  readonly lastError?: string | undefined;
  /** Bytes in the folder, as they were found last. */
  readonly bytes: number;
  readonly written: number;
  /** Records that could not be written, or came faster than they could be. */
  readonly lost: number;
}

/** Writes frames into segments, in their order. Nobody waits for it. */
export interface SegmentWriter {
  /** Takes over the bytes. */
  push(frame: Uint8Array, records: number): void;
  readonly state: WriterState;
  /** Writes what it has. */
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const MAX_SEGMENT = 8 * MIB;
const SEGMENT_MS = 10 * 60_000;
/** Bytes that may wait for the disk. */
const MAX_WAITING = 16 * MIB;
const LOOK_MS = 60_000;
/** Who waits for a start does not wait for a look over what is left of earlier ones. */
const FIRST_LOOK_MS = 1_000;

interface Open {
  readonly name: string;
  readonly handle: FileHandle;
  readonly sinceMs: number;
  bytes: number;
}

interface Batch {
  readonly frame: Uint8Array;
  readonly records: number;
}

export function createSegmentWriter(options: SegmentWriterOptions): SegmentWriter {
  const { folder, keepMs, maxBytes, segmentMs = SEGMENT_MS } = options;
  const { segmentBytes = Math.min(MAX_SEGMENT, Math.ceil(maxBytes / 16)) } = options;
  const packer = createPacker();
  let waiting: Batch[] = [];
  let waitingBytes = 0;
  let current: Open | undefined;
  let lastStart = 0;
  let state: WriterState = { ok: true, bytes: 0, written: 0, lost: 0 };
  /** Undefined until somebody wants something. */
  let work: Promise<void> | undefined;
  let writing = false;
  const first = setTimeout(() => void soon(nothing), FIRST_LOOK_MS).unref();
  const look = setInterval(() => void soon(tidy), LOOK_MS).unref();

  /** Everything that touches files happens one after the other, the folder as it was found first. */
  function soon(task: () => Promise<void> | void): Promise<void> {
    work = (work ?? adopt()).then(task).catch(failed);
    return work;
  }

  function failed(thrown: unknown): void {
    const lastError = thrown instanceof Error ? thrown.message : String(thrown);
    state = { ...state, ok: false, lastError };
    options.onTrouble?.(lastError);
  }

  /** What an earlier process left behind is packed, and what is too much goes. */
  async function adopt(): Promise<void> {
    try {
      for (const { file, packed, pid } of await listSegments(folder)) {
        if (!packed && (pid === process.pid || !isRunning(pid))) pack(file);
      }
      for (const name of await readdir(folder).catch(() => []))
        if (name.endsWith('.part')) await rm(path.join(folder, name), { force: true });
      await prune();
    } catch (thrown) {
      failed(thrown);
    }
  }

  function pack(file: string): void {
    // What cannot be packed is read as it is.
    packer.pack(file, () => undefined);
  }

  async function prune(): Promise<void> {
    // Room for what the open segment will still grow by.
    const room = Math.max(0, maxBytes - segmentBytes);
    const { bytes } = await pruneSegments({ folder, keepMs, maxBytes: room, active: current?.name, now: Date.now() });
    state = { ...state, bytes };
  }

  async function rotate(): Promise<void> {
    if (current === undefined) return;
    const { handle, name } = current;
    current = undefined;
    await handle.close();
    pack(segmentFile(folder, name));
    await prune();
  }

  async function tidy(): Promise<void> {
    if (current !== undefined && Date.now() - current.sinceMs >= segmentMs) await rotate();
    else await prune();
  }

  async function openSegment(): Promise<Open> {
    if (current !== undefined && (current.bytes >= segmentBytes || Date.now() - current.sinceMs >= segmentMs)) await rotate();
    if (current !== undefined) return current;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Names of one process differ, and sort by time, whatever the clock does.
    lastStart = Math.max(Date.now(), lastStart + 1);
    const name = `${lastStart}-${process.pid}`;
    current = { name, handle: await open(segmentFile(folder, name), 'ax', 0o600), sinceMs: lastStart, bytes: 0 };
    return current;
  }

  async function write(): Promise<void> {
    const batches = waiting;
    const bytes = waitingBytes;
    waiting = [];
    writing = false;
    if (batches.length === 0) return;
    const records = batches.reduce((sum, batch) => sum + batch.records, 0);
    try {
      const segment = await openSegment();
      await writeAll(
        segment,
        batches.map(({ frame }) => frame),
      );
      state = { ...state, ok: true, written: state.written + records };
    } catch (thrown) {
      state = { ...state, lost: state.lost + records };
      throw thrown;
    } finally {
      waitingBytes -= bytes;
    }
  }

  return {
    push(frame, records) {
      if (waitingBytes + frame.byteLength > MAX_WAITING) {
        state = { ...state, lost: state.lost + records };
        options.onTrouble?.('they came faster than they could be written');
        return;
      }
      waiting.push({ frame, records });
      waitingBytes += frame.byteLength;
      if (writing) return;
      writing = true;
      void soon(write);
    },
    get state() {
      return state;
    },
    async close() {
      clearTimeout(first);
      clearInterval(look);
      await soon(write);
      await soon(async () => {
        await current?.handle.close();
        current = undefined;
      });
      await packer.close();
    },
  };
}

const nothing = (): void => undefined;

/** Writes all or nothing: half a frame would spoil the next one. */
async function writeAll(segment: Open, frames: readonly Uint8Array[]): Promise<void> {
  const { handle } = segment;
  const total = frames.reduce((sum, { byteLength }) => sum + byteLength, 0);
  try {
    const { bytesWritten } = await handle.writev(frames);
    if (bytesWritten < total) await finish(handle, Buffer.concat(frames).subarray(bytesWritten));
    segment.bytes += total;
  } catch (thrown) {
    await handle.truncate(segment.bytes);
    throw thrown;
  }
}

async function finish(handle: FileHandle, rest: Uint8Array): Promise<void> {
  for (let at = 0; at < rest.byteLength;) at += (await handle.write(rest, at)).bytesWritten;
}
