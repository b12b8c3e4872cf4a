import type { Stats } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { systemErrorCode } from '../../config/bounded-file.js';
import type { Format } from '../batch/runs.js';

/**
 * Records are kept in segments: files of frames, or, in those of earlier versions, of one JSON line a record. They are named after the time
 * of their first record in ms since 1970 and the process that writes them. One that is written no more is packed, and has the same name with
 * `.gz`.
 */
export interface Segment {
  /** `<ms>-<pid>`. */
  readonly name: string;
  readonly startMs: number;
  readonly pid: number;
  readonly packed: boolean;
  readonly format: Format;
  /** Absolute. */
  readonly file: string;
}

const NAME = /^(?<name>(?<ms>\d{13})-(?<pid>\d{1,10}))\.(?<suffix>records|jsonl)(?<gz>\.gz)?$/u;

/** A segment is rotated long before: what is larger is no segment of ours. */
const MAX_BYTES = 256 * 1024 * 1024;

const unpack = promisify(gunzip);

export function segmentFile(folder: string, name: string, packed = false): string {
  return path.join(folder, `${name}.records${packed ? '.gz' : ''}`);
}

/** Segments of a folder, oldest first. Of one that is being packed the whole file is named. No folder, no segments. */
export async function listSegments(folder: string): Promise<readonly Segment[]> {
  const found = new Map<string, Segment>();
  for (const entry of await entriesOf(folder)) {
    const { name, ms, pid, suffix, gz } = NAME.exec(entry)?.groups ?? {};
    if (name === undefined || (gz !== undefined && found.has(name))) continue;
    found.set(name, {
      ...{ name, startMs: Number(ms), pid: Number(pid), packed: gz !== undefined, file: path.join(folder, entry) },
      format: suffix === 'jsonl' ? 'lines' : 'frames',
    });
  }
  return [...found.values()].sort((a, b) => a.startMs - b.startMs || a.pid - b.pid);
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw thrown;
  }
}

/** The bytes of a segment, unpacked, from a byte on; empty when it has gone meanwhile. The last record may be torn. */
export async function readSegment({ file, packed }: Pick<Segment, 'file' | 'packed'>, from = 0): Promise<Buffer> {
  try {
    if (packed) return (await unpack(await readFile(file), { maxOutputLength: MAX_BYTES })).subarray(from);
    return from === 0 ? await readFile(file) : await readRest(file, from);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    // Packed since it was listed.
    return packed ? Buffer.alloc(0) : readSegment({ file: `${file}.gz`, packed: true }, from);
  }
}

async function readRest(file: string, from: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(Math.max(0, (await handle.stat()).size - from)),
      position: from,
    });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Bytes of a segment that is not packed; undefined when it has gone meanwhile. */
export async function segmentBytes({ file }: Pick<Segment, 'file'>): Promise<number | undefined> {
  return (await statOf(file))?.size;
}

/** Time of the last write in ms; undefined when it has gone meanwhile. */
export async function lastWriteMs({ file, packed }: Pick<Segment, 'file' | 'packed'>): Promise<number | undefined> {
  const stats = (await statOf(file)) ?? (packed ? undefined : await statOf(`${file}.gz`));
  return stats?.mtimeMs;
}

async function statOf(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
}

function isMissing(thrown: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(thrown) ?? '');
}
