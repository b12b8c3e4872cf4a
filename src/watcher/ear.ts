import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Log } from '../log.js';
import { MANIFEST_NAME } from '../policy/manifest.js';
import type { Scan } from '../policy/scan.js';
import { PACKS, SUITES } from '../policy/source-kind.js';
import type { Sighting } from './burst.js';
import type { Doorbell, DoorbellMaker } from './doorbell.js';
import { pathChains } from './path-chain.js';
import type { ChainLink } from './path-chain.js';
import { isHarmless, reasonFor } from './watch-trouble.js';

export interface EarOptions {
  readonly policyDir: string;
  readonly hang: DoorbellMaker;
  readonly log: Log;
  readonly now: () => number;
  readonly onRing: (sighting?: Sighting) => void;
  /** Why listening does not work, or undefined when it does. */
  readonly onMode: (reason: string | undefined) => void;
}

/** Longest wait for chokidar to go through a tree; it goes on behind that, and the sweep covers the time. */
const READY_MS = 10_000;
/** A doorbell that failed, or missed something, is hung anew at most this often: it costs 0.2 ms of CPU per file. */
const REHANG_MS = 60_000;

/** The folders of a policy folder that is made of them: modules and data, judges, rule packs, suites. */
function foldersOf(policyDir: string): readonly string[] {
  return ['rego', 'judge', PACKS, SUITES].map((name) => path.join(policyDir, name));
}

/** What leads to them, and the manifest that lies beside them. */
function chainsOf(policyDir: string): Promise<readonly ChainLink[]> {
  return pathChains([...foldersOf(policyDir), path.join(policyDir, MANIFEST_NAME)]);
}

/** Keeps one doorbell hung where the policies are, and moves it when the place under their name is another. */
export class Ear {
  readonly #options: EarOptions;
  #bell: Doorbell | undefined;
  #places: Scan['places'] = new Map();
  #chain: readonly ChainLink[] = [];
  #trouble: string | undefined;
  #hungAt = -Infinity;
  #closed = false;
  #patience = new AbortController();

  constructor(options: EarOptions) {
    this.#options = options;
  }

  /** Hangs the doorbell for what `scan` saw, in place of the one before. */
  async listen(scan: Scan): Promise<void> {
    const { policyDir, hang, onRing, onMode, now } = this.#options;
    const folders = foldersOf(policyDir);
    const trees = scan.root === folders[0] ? folders : [policyDir];
    const chain = await chainsOf(policyDir);
    // The old one first: chokidar shares its handles by path, and a shared handle sits on the folder that is gone.
    await this.#bell?.close();
    if (this.#closed) return;
    this.#places = scan.places;
    this.#chain = chain;
    this.#trouble = undefined;
    this.#hungAt = now();
    const bell = hang({ trees, chain, onRing, onTrouble: (error) => this.#onTrouble(error) });
    this.#bell = bell;
    await this.#readiness(bell);
    if (this.#works()) onMode(undefined);
  }

  /**
   * Moves the doorbell when a folder or link that it hangs on was replaced, and listens in folders that are new: chokidar
   * loses what is made in one before its own listener sits. True when listening changed and a newer scan is needed.
   */
  async follow(scan: Scan): Promise<boolean> {
    if (await this.isElsewhere(scan)) {
      this.#options.log.debug({ root: scan.root }, 'the policy folder is another than before: listening anew');
      await this.listen(scan);
      return true;
    }
    const added = [...scan.places.keys()].filter((place) => !this.#places.has(place));
    const gone = [...this.#places.keys()].filter((place) => !scan.places.has(place));
    this.#bell?.alsoAt(added, gone);
    this.#places = scan.places;
    return added.length > 0;
  }

  /** True when some place that is listened to is no longer what it was. */
  async isElsewhere(scan: Scan): Promise<boolean> {
    for (const [place, is] of this.#places) if (scan.places.has(place) && scan.places.get(place) !== is) return true;
    const { policyDir } = this.#options;
    const chain = await chainsOf(policyDir);
    return chain.length !== this.#chain.length || chain.some(({ is }, index) => is !== this.#chain[index]?.is);
  }

  /** Listens anew after trouble or because it proved deaf, but not too often. */
  async relisten(scan: Scan): Promise<void> {
    if (this.#options.now() - this.#hungAt >= REHANG_MS) await this.listen(scan);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#patience.abort();
    await this.#bell?.close();
  }

  async #readiness({ ready }: Doorbell): Promise<void> {
    this.#patience = new AbortController();
    const { signal } = this.#patience;
    await Promise.race([ready, setTimeout(READY_MS, undefined, { ref: false, signal }).catch(() => undefined)]);
    this.#patience.abort();
  }

  #works(): boolean {
    return this.#trouble === undefined && !this.#closed;
  }

  #onTrouble(error: Error): void {
    if (this.#closed || isHarmless(error) || this.#trouble !== undefined) return;
    this.#trouble = reasonFor(error);
    this.#options.onMode(this.#trouble);
  }
}
