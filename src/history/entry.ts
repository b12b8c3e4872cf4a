import { createHash } from 'node:crypto';
import * as z from 'zod';
import { READ_ONCE } from '../config/read-once.js';
import { GatewayError } from '../errors.js';
import { diagnostics, readJson } from './manifest.js';

const hash = z.string().regex(/^[0-9a-f]{64}$/u);

/** Paths of sources that differ from those of the revision that served before. */
const changes = z.object({ added: z.array(z.string()), changed: z.array(z.string()), removed: z.array(z.string()) });

const names = z.array(z.string());

/** What it changes in what served before, by name. */
const effects = z.object({ rules: z.object({ added: names, removed: names, changed: names }), data: names, cut: z.boolean() });

/** What the folder's own tests came to. */
const tests = z.object({ state: z.string(), passed: z.int(), failed: z.int() });

export type TestResult = z.output<typeof tests>;

/** What recorded decisions came to on it, as far as they were replayed. */
const impact = z.object({
  ...{ state: z.string(), replayed: z.int(), deny_to_allow: z.int(), allow_to_deny: z.int(), other: z.int(), errors: z.int() },
});

export type ImpactResult = z.output<typeof impact>;

/** What is found out of a revision beside its attempt. */
const notes = z.object({ tests: tests.exactOptional(), impact: impact.exactOptional() });

export type EntryNotes = z.output<typeof notes>;

/** One attempt that came to something: a revision that served, one that was refused, or one that was held back by a pin. */
const entrySchema = z.object({
  format: z.literal(1),
  /** Counts up over the whole store, without gaps as long as nothing was pruned. */
  number: z.int().min(1),
  /** RFC 3339. */
  at: z.string(),
  /** Which gateway of those that share the store. */
  instance: z.string(),
  status: z.enum(['reloaded', 'rejected', 'held']),
  trigger: z.string(),
  by: z.string().exactOptional(),
  reason: z.string().exactOptional(),
  /** What was tried; absent when the folder could not be read. */
  revision: hash.exactOptional(),
  /** The blob that lists its parts; absent when there are none, or they could not be stored. */
  manifest: z.object({ hash, size: z.int() }).exactOptional(),
  /** {@link SourceSet.modulesId} and maker of its code, when it was compiled. */
  modulesId: hash.exactOptional(),
  maker: z.string().exactOptional(),
  /** What served before, and after. */
  previous: hash.exactOptional(),
  serving: hash.exactOptional(),
  modules: z.int(),
  changes: changes.exactOptional(),
  effects: effects.exactOptional(),
  /** Those of a test run after the swap are kept beside the entry. */
  tests: tests.exactOptional(),
  impact: impact.exactOptional(),
  durationMs: z.number(),
  warnings: z.int(),
  diagnostics,
  error: z.object({ code: z.string(), message: z.string() }).exactOptional(),
  /** Gates that were passed by word of the caller. */
  accepted: z.array(z.string()).exactOptional(),
});

export type Entry = z.output<typeof entrySchema>;

/** One line of JSON and the hash of it: a torn or altered entry is told from a whole one. */
export function entryText(entry: Entry): string {
  const json = JSON.stringify(entry);
  return `${json}\n${sum(json)}\n`;
}

/** What was found out after the entry was written. */
export function notesText(found: EntryNotes): string {
  return `${JSON.stringify({ format: 1, ...found })}\n`;
}

/** Undefined for notes that cannot be read: they are no more than that. */
export function parseNotes(text: string): EntryNotes | undefined {
  try {
    return notes.parse(JSON.parse(text), READ_ONCE);
  } catch {
    return undefined;
  }
}

/** Throws `history_damaged` naming `what`. */
export function parseEntry(text: string, what: string): Entry {
  const [json = '', given] = text.split('\n');
  if (given !== sum(json)) throw new GatewayError('history_damaged', `${what}: its checksum does not fit`, { details: { file: what } });
  return readJson(entrySchema, Buffer.from(json), what);
}

function sum(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}
