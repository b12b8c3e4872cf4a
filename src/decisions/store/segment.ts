import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/**
 * Records are kept in segments: files of one JSON line a record, named after the time of their first one in ms since 1970 and the process
 * that writes them. One that is written no more is packed, and has the same name with `.gz`.
 */
export interface Segment {
  /** `<ms>-<pid>`. */
  readonly name: string;
  readonly startMs: number;
  readonly pid: number;
  readonly packed: boolean;
  /** Absolute. */
  readonly file: string;
}

const NAME = /^(?<name>(?<ms>\d{13})-(?<pid>\d{1,10}))\.jsonl(?<gz>\.gz)?$/u;

/** A segment is rotated long before: what is larger is no segment of ours. */
const MAX_BYTES = 256 * 1024 * 1024;

const unpack = promisify(gunzip);

export function segmentFile(folder: string, name: string, packed = false): string {
  return path.join(folder, `${name}.jsonl${packed ? '.gz' : ''}`);
}

/** Segments of a folder, oldest first. Of one that is being packed the whole file is named. No folder, no segments. */
export async function listSegments(folder: string): Promise<readonly Segment[]> {
  const found = new Map<string, Segment>();
  for (const entry of await entriesOf(folder)) {
    const { name, ms, pid, gz } = NAME.exec(entry)?.groups ?? {};
    if (name === undefined || (gz !== undefined && found.has(name))) continue;
    found.set(name, { name, startMs: Number(ms), pid: Number(pid), packed: gz !== undefined, file: path.join(folder, entry) });
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

/** The lines of a segment as they are; empty when it has gone meanwhile. The last line may be torn. */
export async function readSegment({ file, packed }: Segment): Promise<Buffer> {
  try {
    return packed ? await unpack(await readFile(file), { maxOutputLength: MAX_BYTES }) : await readFile(file);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    return packed ? Buffer.alloc(0) : readSegment({ file: `${file}.gz`, packed: true } as Segment);
  }
}

/** Time of the last write in ms; undefined when it has gone meanwhile. */
export async function lastWriteMs({ file, packed }: Pick<Segment, 'file' | 'packed'>): Promise<number | undefined> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    // Packed since it was listed.
    return packed ? undefined : lastWriteMs({ file: `${file}.gz`, packed: true });
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');
}
