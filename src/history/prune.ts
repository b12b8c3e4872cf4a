import { statSync, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from '../config/bounded-file.js';
import type { BlobStore } from './blob-store.js';
import type { Entry } from './entry.js';
import type { EntryLog } from './entry-log.js';
import type { Heads } from './heads.js';
import { blobsOf } from './manifest.js';
import type { BlobRef } from './manifest.js';
import { manifestAt } from './pack.js';

export interface PruneParts {
  readonly blobs: BlobStore;
  readonly blobFolder: string;
  readonly entries: EntryLog;
  readonly heads: Heads;
  /** Entries that served, and as many others. */
  readonly keep: number;
  readonly maxBytes: number;
  /** Blobs by manifest, as far as they were read before. */
  readonly needs: Map<string, readonly BlobRef[]>;
}

/** A blob younger than this may belong to an entry that a neighbour is about to write. */
const YOUNG_MS = 60_000;

/**
 * Lets the oldest attempts go, never what serves or is pinned somewhere, then every blob that no entry names. `thorough`: looks for such blobs
 * also when no attempt had to go.
 */
export async function prune(parts: PruneParts, protect: ReadonlySet<string>, thorough: boolean): Promise<void> {
  const all = await parts.entries.all();
  const heads = await parts.heads.all();
  const held = new Set([...protect, ...heads.flatMap(({ serving, pin }) => [serving, pin?.revision].filter((id) => id !== undefined))]);
  const doomed = beyondCount(all, parts.keep, held);
  const left = all.filter((entry) => !doomed.has(entry));
  const needs = new Map<Entry, readonly BlobRef[]>();
  for (const entry of left) needs.set(entry, await neededBy(parts, entry));
  for (const entry of beyondBytes(left, needs, parts.maxBytes, held)) doomed.add(entry);
  if (doomed.size === 0 && !thorough) return;
  for (const entry of doomed) await parts.entries.remove(entry.number);
  const used = new Set<string>();
  for (const entry of left) if (!doomed.has(entry)) for (const { hash } of needs.get(entry) ?? []) used.add(hash);
  for (const { manifest } of doomed) if (manifest !== undefined && !used.has(manifest.hash)) parts.needs.delete(manifest.hash);
  await sweep(parts.blobFolder, used);
}

function beyondCount(all: readonly Entry[], keep: number, held: ReadonlySet<string>): Set<Entry> {
  const doomed = new Set<Entry>();
  const counts = { served: 0, other: 0 };
  const kept = new Set<string>();
  for (const entry of all.toReversed()) {
    const kind = entry.status === 'reloaded' ? 'served' : 'other';
    counts[kind] += 1;
    // The newest entry of a held revision stays, wherever it stands.
    const needed = kind === 'served' && entry.revision !== undefined && held.has(entry.revision) && !kept.has(entry.revision);
    if (needed && entry.revision !== undefined) kept.add(entry.revision);
    if (counts[kind] > keep && !needed) doomed.add(entry);
  }
  return doomed;
}

function* beyondBytes(
  left: readonly Entry[],
  needs: ReadonlyMap<Entry, readonly BlobRef[]>,
  maxBytes: number,
  held: ReadonlySet<string>,
): Generator<Entry> {
  const users = new Map<string, number>();
  let bytes = 0;
  for (const { hash, size } of [...needs.values()].flat()) {
    const count = users.get(hash) ?? 0;
    if (count === 0) bytes += size;
    users.set(hash, count + 1);
  }
  for (const entry of left) {
    if (bytes <= maxBytes) return;
    if (entry.revision !== undefined && held.has(entry.revision)) continue;
    for (const { hash, size } of needs.get(entry) ?? []) {
      const count = (users.get(hash) ?? 1) - 1;
      users.set(hash, count);
      if (count === 0) bytes -= size;
    }
    yield entry;
  }
}

function unique(refs: readonly BlobRef[]): readonly BlobRef[] {
  return [...new Map(refs.map((ref) => [ref.hash, ref])).values()];
}

/** A damaged manifest holds nothing up: what it named is not known, and is of no use without it. */
async function neededBy({ blobs, needs }: PruneParts, { manifest }: Entry): Promise<readonly BlobRef[]> {
  if (manifest === undefined) return [];
  const known = needs.get(manifest.hash);
  if (known !== undefined) return known;
  try {
    const found = unique([manifest, ...blobsOf(await manifestAt(blobs, manifest))]);
    needs.set(manifest.hash, found);
    return found;
  } catch {
    return [manifest];
  }
}

async function sweep(folder: string, used: ReadonlySet<string>): Promise<void> {
  const limit = Date.now() - YOUNG_MS;
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    // What begins with a dot, a process that was killed left half written.
    if (name.startsWith('.') || !used.has(name)) removeIfOld(file, limit);
  }
}

/** In one go: a neighbour that needs the blob after all marks it as young first, and looks for it again when its entry is written. */
function removeIfOld(file: string, limit: number): void {
  try {
    if (statSync(file).mtimeMs < limit) unlinkSync(file);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
