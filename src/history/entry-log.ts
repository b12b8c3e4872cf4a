import { mkdirSync } from 'node:fs';
import { link, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { besideName, PRIVATE_MODE, syncFolder, writeAtomically, writeNew } from '../config/atomic-write.js';
import { systemErrorCode } from '../config/bounded-file.js';
import type { StagedFile } from '../config/atomic-write.js';
import type { Log } from '../log.js';
import { mapBounded } from '../policy/map-bounded.js';
import { entryText, notesText, parseEntry, parseNotes } from './entry.js';
import type { Entry, EntryNotes } from './entry.js';
import { entryFile } from './places.js';

const NOTES = '.notes';
const NAME = /^(\d{10})\.json$/u;

/** Two gateways that write at once go for the same number; so many in a row do not. */
const MAX_TRIES = 100;

/** Writes something else where nobody looks yet, which tells of the entry of this number. */
export type StageBeside = (number: number) => Promise<StagedFile>;

/** The numbered attempts, one file each. Any number of processes may write: a number is taken by making its file, which only one can. */
export class EntryLog {
  readonly #folder: string;
  readonly #log: Log;
  #known = new Map<number, Entry | undefined>();

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Entries that are whole, oldest first, those of other gateways among them. A damaged one is named in the log, once, and left out. */
  async all(): Promise<readonly Entry[]> {
    const names = await readdir(this.#folder);
    const noted = new Set(names.filter((name) => name.endsWith(NOTES)));
    const numbers = names.flatMap((name) => {
      const digits = NAME.exec(name)?.[1];
      return digits === undefined ? [] : [Number(digits)];
    });
    const read = await mapBounded(
      numbers.sort((a, b) => a - b),
      async (number) => [number, this.#known.has(number) ? this.#known.get(number) : await this.#read(number, noted)] as const,
    );
    this.#known = new Map(read);
    return [...this.#known.values()].filter((entry) => entry !== undefined);
  }

  /**
   * Writes it under the next free number. On return it is on the disk, and so is what `beside` stages, which is placed once the entry has the number
   * that it was given: both are written at once, as a reload waits for it. Throws system errors.
   */
  async append(entry: Omit<Entry, 'number' | 'format'>, beside?: StageBeside): Promise<Entry> {
    const all = await this.all();
    let number = Math.max(all.at(-1)?.number ?? 0, ...this.#known.keys());
    for (let tries = 0; ; tries++) {
      number += 1;
      const whole: Entry = { format: 1, number, ...entry };
      try {
        await this.#write(whole, beside?.(number));
        this.#known.set(number, whole);
        return whole;
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST' || tries === MAX_TRIES) throw error;
      }
    }
  }

  /** Adds to an entry what its tests and recorded decisions came to; an entry itself never changes. Throws system errors. */
  async note(number: number, found: EntryNotes): Promise<void> {
    const file = this.#notesOf(number);
    await writeAtomically(file, notesText({ ...(await readNotes(file)), ...found }), PRIVATE_MODE);
    const entry = this.#known.get(number);
    if (entry !== undefined) this.#known.set(number, { ...entry, ...found });
  }

  async remove(number: number): Promise<void> {
    await rm(this.#fileOf(number), { force: true });
    await rm(this.#notesOf(number), { force: true });
    this.#known.delete(number);
  }

  #fileOf(number: number): string {
    return entryFile(this.#folder, number);
  }

  #notesOf(number: number): string {
    return this.#fileOf(number).replace(/\.json$/u, NOTES);
  }

  /** A link is made or fails; a rename would take the number from whoever had it. */
  async #write(entry: Entry, beside: Promise<StagedFile> | undefined): Promise<void> {
    const file = this.#fileOf(entry.number);
    const temporary = besideName(file);
    // Seen here, whichever fails first.
    const staged = beside?.catch(() => undefined);
    try {
      await writeNew(temporary, entryText(entry), PRIVATE_MODE);
      await beside;
      await link(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      await (await staged)?.drop();
      throw error;
    }
    const other = await staged;
    await other?.place();
    // Side by side. A leftover is no entry.
    await Promise.all([rm(temporary, { force: true }), syncFolder(this.#folder), other?.sync()]);
  }

  async #read(number: number, noted: ReadonlySet<string>): Promise<Entry | undefined> {
    const file = this.#fileOf(number);
    try {
      const entry = parseEntry(await readFile(file, 'utf8'), file);
      const notes = this.#notesOf(number);
      return noted.has(path.basename(notes)) ? { ...entry, ...(await readNotes(notes)) } : entry;
    } catch (error) {
      // Pruned by a neighbour since the folder was read.
      if (systemErrorCode(error) !== 'ENOENT')
        this.#log.warn({ err: error, file }, `an entry of the policy history is damaged and left out: ${file}`);
      return undefined;
    }
  }
}

async function readNotes(file: string): Promise<EntryNotes | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseNotes(text);
}
