import { mkdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { PRIVATE_MODE, putInPlace, stageFile } from '../config/atomic-write.js';
import type { StagedFile } from '../config/atomic-write.js';
import { systemErrorCode } from '../config/bounded-file.js';
import type { Pin } from '../engine/pin.js';
import type { Log } from '../log.js';
import { readJson } from './manifest.js';
import { headFile } from './places.js';

const hash = z.string().regex(/^[0-9a-f]{64}$/u);

const pin = z.object({
  revision: hash,
  at: z.string(),
  by: z.string().exactOptional(),
  reason: z.string().exactOptional(),
});

const headSchema = z.object({
  format: z.literal(1),
  instance: z.string(),
  policyDir: z.string(),
  /** Address and port as configured. */
  address: z.string(),
  at: z.string(),
  /** The last revision whose swap was announced. */
  serving: hash.exactOptional(),
  /** Its entry. */
  number: z.int().exactOptional(),
  pin: pin.exactOptional(),
});

/** Where one gateway of those that share a store stands. */
export type Head = z.output<typeof headSchema>;

/** Throws `history_damaged`. */
export function parseHead(bytes: Uint8Array, file: string): Head {
  return readJson(headSchema, bytes, file);
}

/** What is written of it. */
export type Standing = Pick<Head, 'instance' | 'policyDir' | 'address'> & {
  readonly serving: string | undefined;
  readonly number: number | undefined;
  readonly pin: Pin | undefined;
};

/** One small file a gateway, replaced whole. */
export class Heads {
  readonly #folder: string;
  readonly #log: Log;

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** On return it is on the disk. Throws system errors. */
  async write(standing: Standing): Promise<void> {
    await putInPlace(await this.stage(standing));
  }

  /** Writes it where nobody looks yet. Throws system errors. */
  async stage(standing: Standing): Promise<StagedFile> {
    const text = JSON.stringify({ format: 1, at: new Date(), ...standing });
    return stageFile(this.#fileOf(standing.instance), `${text}\n`, PRIVATE_MODE);
  }

  async read(instance: string): Promise<Head | undefined> {
    return this.#parse(this.#fileOf(instance));
  }

  /** Newest first. */
  async all(): Promise<readonly Head[]> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
    const heads = await Promise.all(names.map((name) => this.#parse(path.join(this.#folder, name))));
    return heads.filter((head) => head !== undefined).sort((a, b) => (a.at < b.at ? 1 : -1));
  }

  #fileOf(instance: string): string {
    return headFile(this.#folder, instance);
  }

  async #parse(file: string): Promise<Head | undefined> {
    try {
      return parseHead(await readFile(file), file);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') this.#log.warn({ err: error, file }, `a mark of the policy history is damaged: ${file}`);
      return undefined;
    }
  }
}
