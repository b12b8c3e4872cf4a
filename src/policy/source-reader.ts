import { setTimeout } from 'node:timers/promises';
import { DEFAULT_PACK } from '../config/rule-pack.js';
import { asGatewayError } from '../errors.js';
import type { GatewayError } from '../errors.js';
import { assemble } from './assemble.js';
import { ContentCache } from './content-cache.js';
import type { Contents } from './content-cache.js';
import { Deadline } from './deadline.js';
import { Doubts } from './doubts.js';
import { glanceAt } from './glance.js';
import type { RegoVersion } from './manifest.js';
import { scanPolicy } from './scan.js';
import type { Scan } from './scan.js';
import { joinProblems, neverStill } from './source-errors.js';
import { contentKey } from './source-set.js';
import type { SourceLimits, SourceSet } from './source-set.js';

/** Files, bytes per file and bytes in all that one reading may take when nothing else is configured. */
export const DEFAULT_SOURCE_LIMITS: SourceLimits = { maxFiles: 20_000, maxFileBytes: 64 * 1024 * 1024, maxTotalBytes: 256 * 1024 * 1024 };

export interface SourceReaderOptions {
  readonly limits: SourceLimits;
  /** Rego syntax of modules that no `.manifest` speaks for; default v1. */
  readonly regoVersion?: RegoVersion;
  /** Ends a reading, whatever it waits for, in ms; default 5000. */
  readonly readTimeoutMs?: number | (() => number);
  /** A folder that changed less than this many ms ago is looked at again; default 80. */
  readonly quietMs?: number;
  /** Ends the wait for a folder that never holds still, in ms; default 1000. */
  readonly settleMs?: number;
  /** Names of files and folders that are passed over as if they were not there; default none. */
  readonly ignored?: ((name: string) => boolean) | undefined;
  /** Name of the rule pack that is read, of those in `guardrail/`; default `default`. */
  readonly pack?: string;
  /** A folder that holds tests need hold nothing that serves; default false. */
  readonly testsAlone?: boolean;
  /** Milliseconds since the epoch, comparable with file times. */
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export interface ReadOptions {
  /** What was read or served before: what it had and the folder has no longer gets one more quiet period. */
  readonly previous?: SourceSet | undefined;
  /** {@link contentKey} of a set that is known to be whole: a reading that finds just that needs no second one, nor any quiet. */
  readonly whole?: string | undefined;
}

/** What the folder holds at one moment, settled or not. */
export interface Glimpse {
  /** {@link Scan.key} of the moment. */
  readonly key: string;
  /** {@link contentKey} of the set, or why there is none; undefined when a file changed under the reader's eyes. */
  readonly found: string | GatewayError | undefined;
}

/** Reads policy folders. Remembers bytes between calls: a second reading reads only what moved. */
export interface SourceReader {
  /** Names and fingerprints of this moment. Never throws. */
  scan(policyDir: string): Promise<Scan>;
  /** The same as if nothing but this file had changed since `seen`, without looking at the others; undefined when only {@link scan} can tell. Never rejects. */
  glance(policyDir: string, seen: Scan, file: string): Promise<Scan | undefined>;
  /** One reading of what a scan saw, without waiting for a second that agrees: good for noticing, and never alone for serving. Never throws. */
  peek(policyDir: string, scan: Scan): Promise<Glimpse>;
  /** Files of the state with this {@link Scan.key} came whole: a reading of it waits for no quiet, and one that agrees with {@link peek} is the second. */
  vouch(key: string): void;
  /**
   * One consistent reading: two readings in a row agreed. Throws GatewayError `policy_dir_missing`, `policy_no_modules`,
   * `policy_unreadable`, `policy_unsettled` (a file was never whole), `policy_not_utf8`, `policy_manifest_invalid`, `policy_too_many_files`, `policy_file_too_large`, `policy_too_large`,
   * `policy_link_refused`, `policy_read_timeout`.
   */
  read(policyDir: string, options?: ReadOptions): Promise<SourceSet>;
}

/** One reading with a reader of its own. */
export function readSourceSet(policyDir: string, options: SourceReaderOptions & ReadOptions): Promise<SourceSet> {
  return createSourceReader(options).read(policyDir, options);
}

export function createSourceReader(options: SourceReaderOptions): SourceReader {
  return new SettlingReader(options);
}

interface Take {
  readonly scan: Scan;
  readonly contents: Contents;
}

/** A settled reading, and what it came to. */
interface Finished {
  readonly take: Take;
  readonly set: SourceSet;
}

class SettlingReader implements SourceReader {
  readonly #limits: SourceLimits;
  readonly #regoVersion: RegoVersion;
  readonly #readTimeoutMs: number | (() => number);
  readonly #quietMs: number;
  readonly #settleMs: number;
  readonly #ignored: ((name: string) => boolean) | undefined;
  readonly #pack: string;
  readonly #testsAlone: boolean;
  readonly #now: () => number;
  readonly #sleep: (ms: number) => Promise<unknown>;
  readonly #cache: ContentCache;
  readonly #doubts: Doubts;
  #vouched: string | undefined;
  #last: Finished | undefined;
  /** By whoever looked before it asked for a reading. */
  #peeked: Finished | undefined;

  constructor({
    limits,
    regoVersion = 'v1',
    readTimeoutMs = 5000,
    quietMs = 80,
    settleMs = 1000,
    ignored,
    pack = DEFAULT_PACK,
    testsAlone = false,
    now = Date.now,
    sleep = setTimeout,
  }: SourceReaderOptions) {
    this.#limits = limits;
    this.#regoVersion = regoVersion;
    this.#readTimeoutMs = readTimeoutMs;
    this.#quietMs = quietMs;
    this.#settleMs = settleMs;
    this.#ignored = ignored;
    this.#pack = pack;
    this.#testsAlone = testsAlone;
    this.#now = now;
    this.#sleep = sleep;
    this.#cache = new ContentCache(now);
    this.#doubts = new Doubts(quietMs);
  }

  scan(policyDir: string): Promise<Scan> {
    return this.#scan(policyDir, this.#deadline(policyDir));
  }

  async glance(policyDir: string, seen: Scan, file: string): Promise<Scan | undefined> {
    // What hangs is told by the whole look.
    return this.#deadline(policyDir)
      .race(glanceAt(seen, file, this.#limits.maxFileBytes))
      .catch(() => undefined);
  }

  async peek(policyDir: string, scan: Scan): Promise<Glimpse> {
    const take = await this.#contentsOf(scan, this.#deadline(policyDir));
    const { key } = scan;
    if (take.contents.torn !== undefined) return { key, found: undefined };
    try {
      const set = await this.#finish(take, false);
      this.#peeked = { take, set };
      return { key, found: contentKey(set) };
    } catch (thrown) {
      return { key, found: asGatewayError(thrown) };
    }
  }

  vouch(key: string): void {
    this.#vouched = key;
  }

  async read(policyDir: string, { previous, whole }: ReadOptions = {}): Promise<SourceSet> {
    const deadline = this.#deadline(policyDir);
    const first = await this.#take(policyDir, deadline);
    const known = whole === undefined ? undefined : await this.#ifWhole(first, whole);
    if (known !== undefined) return this.#remember(first, known);
    const { take, unsettled } = await this.#settle(policyDir, first, deadline, previous ?? this.#last?.set);
    const set = await this.#finish(take, unsettled);
    return unsettled ? set : this.#remember(take, set);
  }

  #remember(take: Take, set: SourceSet): SourceSet {
    this.#last = { take, set };
    return set;
  }

  /** What was taken, if that is the set with the key. What is wrong with it is said by who settles it. */
  async #ifWhole(take: Take, key: string): Promise<SourceSet | undefined> {
    const set = await this.#finish(take, false).catch(() => undefined);
    return set !== undefined && contentKey(set) === key ? set : undefined;
  }

  #scan(policyDir: string, deadline: Deadline): Promise<Scan> {
    return scanPolicy(policyDir, { limits: this.#limits, deadline, ignored: this.#ignored, pack: this.#pack });
  }

  #deadline(policyDir: string): Deadline {
    const ms = this.#readTimeoutMs;
    return new Deadline(typeof ms === 'number' ? ms : ms(), policyDir);
  }

  /** Takes until two in a row agree and nothing in them is younger than the quiet period. */
  async #settle(
    policyDir: string,
    first: Take,
    deadline: Deadline,
    previous: SourceSet | undefined,
  ): Promise<{ take: Take; unsettled: boolean }> {
    const end = this.#now() + this.#settleMs;
    let take = first;
    let pause = this.#pauseFor(take.scan, previous);
    // A look that is vouched for is the first of two readings.
    if (pause <= 0 && take.scan.key === this.#vouched && this.#peeked !== undefined && agree(this.#peeked.take, take)) {
      return { take, unsettled: false };
    }
    let quiet = 0;
    for (;;) {
      const left = end - this.#now();
      const nap = Math.max(0, Math.min(pause, left));
      if (nap > 0) await this.#sleep(nap);
      const next = await this.#take(policyDir, deadline);
      const agreed = agree(take, next);
      take = next;
      pause = this.#pauseFor(next.scan, previous);
      quiet = agreed ? quiet + nap : 0;
      // Readings that agreed across a whole quiet period are settled, whatever the clock of the file system claims.
      if (agreed && (pause <= 0 || quiet >= this.#quietMs)) return { take, unsettled: false };
      // Out of time: two that agree back to back will do, so that a steady writer delays a reload but cannot prevent it.
      if (left <= 0) return { take, unsettled: !agreed };
      if (!agreed) pause = Math.max(pause, this.#quietMs);
    }
  }

  async #take(policyDir: string, deadline: Deadline): Promise<Take> {
    return this.#contentsOf(await this.#scan(policyDir, deadline), deadline);
  }

  /** A file that is no longer as it was scanned is torn. */
  async #contentsOf(scan: Scan, deadline: Deadline): Promise<Take> {
    const nothing = { bytes: new Map<string, Uint8Array>(), torn: undefined };
    if (scan.problems.length > 0) return { scan, contents: { ...nothing, problems: [] } };
    try {
      return { scan, contents: await deadline.race(this.#cache.contentsOf(scan, deadline)) };
    } catch (thrown) {
      return { scan, contents: { ...nothing, problems: [asGatewayError(thrown)] } };
    }
  }

  #pauseFor(scan: Scan, previous: SourceSet | undefined): number {
    const now = this.#now();
    const young = scan.key === this.#vouched ? 0 : Math.min(this.#quietMs, scan.changedAt + this.#quietMs - now);
    return Math.max(young, this.#doubts.waitFor(scan, previous, now));
  }

  async #finish(take: Take, unsettled: boolean): Promise<SourceSet> {
    const [first, ...others] = [...take.scan.problems, ...take.contents.problems];
    if (first !== undefined) throw joinProblems([first, ...others]);
    // A set without the file that could not be had whole might lack the very rule that denies.
    if (take.contents.torn !== undefined) throw neverStill(take.contents.torn);
    // Nothing moved since the last set: the same object again, without hashing.
    const known = unsettled
      ? undefined
      : [this.#last, this.#peeked].find((finished) => finished !== undefined && agree(finished.take, take));
    if (known !== undefined) return known.set;
    const { scan, contents } = take;
    return assemble({ scan, bytes: contents.bytes, unsettled, regoVersion: this.#regoVersion, testsAlone: this.#testsAlone });
  }
}

/** Equal names, fingerprints and contents; a torn reading agrees with nothing. */
function agree(a: Take, b: Take): boolean {
  if (a.contents.torn !== undefined || b.contents.torn !== undefined || a.scan.key !== b.scan.key) return false;
  if (a.contents.problems.length !== b.contents.problems.length || a.contents.bytes.size !== b.contents.bytes.size) return false;
  for (const [path, bytes] of a.contents.bytes) if (b.contents.bytes.get(path) !== bytes) return false;
  return true;
}
