import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Engine } from '../engine/engine.js';
import type { PolicyApi } from '../engine/policy-api.js';
import type { Log } from '../log.js';
import type { Scan } from '../policy/scan.js';
import type { SourceReader } from '../policy/source-reader.js';
import { Burst } from './burst.js';
import type { Sighting } from './burst.js';
import { hangDoorbell } from './doorbell.js';
import type { DoorbellMaker } from './doorbell.js';
import { Ear } from './ear.js';
import { attach } from './noop-watcher.js';
import { Reconciler } from './reconcile.js';
import { Settle } from './settle.js';
import type { Ringer, SettleTiming } from './settle.js';
import type { Watcher, WatcherState } from './watcher.js';

export interface WatcherTiming extends SettleTiming {
  /** Quiet that is enough for one file that was moved into place, or that nobody writes to any more, in ms. */
  readonly swiftMs: number;
  /** Between two sweeps, in ms. */
  readonly sweepMs: number;
  /** The same while listening does not work. */
  readonly degradedSweepMs: number;
}

export interface WatcherOptions {
  readonly policyDir: string;
  readonly engine: Engine;
  readonly api: PolicyApi;
  /** Best the engine's own: what one of them has read, the other need not read again. */
  readonly reader: SourceReader;
  readonly log: Log;
  readonly timing?: Partial<WatcherTiming>;
  /** Milliseconds that only move forward. */
  readonly now?: () => number;
  readonly hang?: DoorbellMaker;
  /** Whether nobody writes to these files; false, at once, where that cannot be known. Never rejects. Default: it never can. */
  readonly areClosed?: (files: readonly string[]) => Promise<boolean>;
}

/**
 * 80 ms outlast the gap of an editor between truncate and write, and chokidar's own throttle of 50 ms. 20 ms let a second file that was
 * saved with the first one be noticed: tools that move several take less than that from one to the next. A sweep of 5,000 files costs
 * about 0.1 s of CPU: 2 % of a core every 5 s.
 */
const TIMING: WatcherTiming = { quietMs: 80, swiftMs: 20, maxWaitMs: 1000, sweepMs: 5000, degradedSweepMs: 1000 };

/** A folder that takes long to look through is swept less often: at most a sixth of the time goes into it. */
const REST = 5;

/** A tree that still grows new folders after this many looks in a row rings again by itself. */
const MAX_FOLLOWS = 4;

/** Watches the policy folder: events are hints, the scan is the truth, the engine reads for itself. */
export function createWatcher(options: WatcherOptions): Watcher {
  return new FolderWatcher(options);
}

class FolderWatcher implements Watcher {
  readonly #options: WatcherOptions;
  readonly #timing: WatcherTiming;
  readonly #now: () => number;
  readonly #settle: Settle;
  readonly #reconciler: Reconciler;
  readonly #ear: Ear;
  #events = 0;
  #missed = 0;
  /** How long the last look took. */
  #scanMs = 0;
  #mode: 'watching' | 'degraded' = 'watching';
  #reason: string | undefined;
  #since = new Date();
  #roundTimer: NodeJS.Timeout | undefined;
  #roundDue = 0;
  #answering = false;
  #burst = new Burst();
  /** What the folder was like when it was last looked into. */
  #seen: Scan | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  /** The work that runs now: rounds and sweeps never overlap. */
  #work: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#now = options.now ?? ((): number => performance.now());
    this.#settle = new Settle(this.#timing);
    this.#reconciler = new Reconciler(options);
    this.#ear = new Ear({
      policyDir: path.resolve(options.policyDir),
      hang: options.hang ?? hangDoorbell,
      log: options.log,
      now: this.#now,
      onRing: (sighting) => this.#heard(sighting),
      onMode: (reason) => this.#setMode(reason),
    });
  }

  get state(): WatcherState {
    const reason = this.#reason === undefined ? {} : { reason: this.#reason };
    return { mode: this.#mode, ...reason, since: this.#since, events: this.#events, missed: this.#missed };
  }

  async start(): Promise<void> {
    attach(this.#options);
    await this.#ear.listen(await this.#scan());
    if (this.#closing !== undefined) return;
    this.#options.log.info({ policy_dir: this.#options.policyDir, mode: this.#mode }, 'watching the policy folder');
    // Saved between the engine's first reading and now: nobody rang for that.
    this.#ring('self');
    this.#armSweep();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const timer of [this.#roundTimer, this.#sweepTimer, this.#retryTimer]) clearTimeout(timer);
    await this.#work;
    await this.#ear.close();
  }

  async #scan(): Promise<Scan> {
    const start = this.#now();
    const scan = await this.#options.reader.scan(this.#options.policyDir);
    this.#scanMs = this.#now() - start;
    return scan;
  }

  #heard(sighting: Sighting | undefined): void {
    this.#events++;
    this.#ring('event', sighting);
  }

  #ring(by: Ringer, sighting?: Sighting): void {
    if (this.#closing !== undefined) return;
    this.#burst.see(sighting);
    this.#settle.ring(this.#now(), by, this.#burst.isSwift ? this.#timing.swiftMs : this.#timing.quietMs);
    this.#armRound();
  }

  /** One timer at a time: one that comes too early is set again, one that would come too late is set anew. */
  #armRound(): void {
    const due = this.#settle.dueAt;
    if (due === undefined || this.#answering || this.#closing !== undefined) return;
    if (this.#roundTimer !== undefined && this.#roundDue <= due) return;
    clearTimeout(this.#roundTimer);
    this.#roundDue = due;
    this.#roundTimer = setTimeout(
      () => {
        this.#answering = true;
        this.#run(() => this.#answer());
      },
      Math.max(0, due - this.#now()),
    );
    this.#roundTimer.unref();
  }

  #run(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((thrown: unknown) => {
      this.#options.log.error({ err: thrown }, 'the policy watcher failed to look; it goes on');
    });
  }

  async #answer(): Promise<void> {
    const rungBy = this.#closing === undefined ? this.#settle.take(this.#now()) : undefined;
    const burst = this.#burst;
    if (rungBy !== undefined) this.#burst = new Burst();
    try {
      if (rungBy !== undefined) await this.#round(rungBy, burst);
    } finally {
      this.#answering = false;
      this.#roundTimer = undefined;
      this.#armRound();
    }
  }

  async #round(rungBy: ReadonlySet<Ringer>, burst: Burst): Promise<void> {
    const scan = (await this.#glance(rungBy, burst)) ?? (await this.#lookAround());
    if (burst.isSwift && !(await this.#isWhole(burst, scan))) {
      // Not what it looked like: the usual quiet, from now on.
      this.#ring('event');
      return;
    }
    this.#seen = scan;
    const { moved, againInMs } = await this.#reconciler.round(scan);
    if (moved && rungBy.has('sweep') && !rungBy.has('event')) await this.#countMissed();
    if (againInMs === undefined || this.#closing !== undefined) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#ring('self'), againInMs);
    this.#retryTimer.unref();
  }

  /**
   * Where one file is all that was heard of, a look at that one. The engine's reading goes through the whole folder all the same, and has to find
   * what this look expects; else it waits and reads again.
   */
  async #glance(rungBy: ReadonlySet<Ringer>, { file }: Burst): Promise<Scan | undefined> {
    if (file === undefined || this.#seen === undefined || rungBy.has('self') || rungBy.has('sweep')) return undefined;
    const { reader, policyDir } = this.#options;
    return reader.glance(policyDir, this.#seen, file);
  }

  /** Listening comes before reading: what changes after the reading must be heard. */
  async #lookAround(): Promise<Scan> {
    let scan = await this.#scan();
    for (let turns = 0; turns < MAX_FOLLOWS && (await this.#ear.follow(scan)); turns++) scan = await this.#scan();
    return scan;
  }

  /** True when nothing needs more time: then a reading of this very state does not wait either. */
  async #isWhole(burst: Burst, scan: Scan): Promise<boolean> {
    // What the system knew by the time of the look is told by now.
    await setImmediate();
    if (this.#settle.dueAt !== undefined || this.#seen === undefined || !burst.explains(this.#seen, scan)) return false;
    const { reader, areClosed = () => Promise.resolve(false) } = this.#options;
    if (burst.written.length > 0 && !(await areClosed(burst.written))) return false;
    // What was written after the look, while it was asked about, has another key.
    reader.vouch(scan.key);
    return true;
  }

  async #countMissed(): Promise<void> {
    this.#missed++;
    this.#options.log.warn({ missed: this.#missed }, 'the sweep found a policy change that no event had announced');
    if (this.#mode === 'watching') await this.#ear.relisten(await this.#scan());
  }

  #armSweep(): void {
    clearTimeout(this.#sweepTimer);
    if (this.#closing !== undefined) return;
    const pause = this.#mode === 'degraded' ? this.#timing.degradedSweepMs : this.#timing.sweepMs;
    this.#sweepTimer = setTimeout(() => this.#run(() => this.#sweep()), Math.max(pause, REST * this.#scanMs));
    this.#sweepTimer.unref();
  }

  async #sweep(): Promise<void> {
    if (this.#closing !== undefined) return;
    try {
      // A round is due anyway, and must not be put off by a ring of ours.
      if (this.#settle.dueAt !== undefined) return;
      const scan = await this.#scan();
      if (this.#reconciler.differs(scan.key) || (await this.#ear.isElsewhere(scan))) this.#ring('sweep');
      if (this.#mode === 'degraded') await this.#ear.relisten(scan);
    } finally {
      this.#armSweep();
    }
  }

  #setMode(reason: string | undefined): void {
    const mode = reason === undefined ? 'watching' : 'degraded';
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#reason = reason;
    this.#since = new Date();
    if (reason === undefined) this.#options.log.info({}, 'listening to the policy folder works again');
    else
      this.#options.log.warn(
        { reason, sweep_ms: this.#timing.degradedSweepMs },
        `cannot listen to the policy folder, sweeping it instead: ${reason}`,
      );
    this.#armSweep();
  }
}
