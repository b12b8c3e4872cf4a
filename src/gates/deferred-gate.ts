import { setTimeout as pause } from 'node:timers/promises';
import type { Outcome } from '../engine/engine.js';
import type { ReloadOptions } from '../engine/reload-request.js';
import { asGatewayError, GatewayError } from '../errors.js';
import type { Log } from '../log.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { contentKey } from '../policy/source-set.js';
import type { SourceSet } from '../policy/source-set.js';
import { gateWord, NO_TESTS } from './gate-report.js';
import type { GateMode, GateName, GateReport, GateWord, Verdict } from './gate-report.js';

/** What is looked at: what was read, and whatever else the gate needs of it. */
export interface GateSubject {
  readonly source: SourceSet;
}

export interface Judged {
  readonly verdict: Verdict;
  /** Known from before. */
  readonly cached: boolean;
}

export interface DeferredGateOptions<Subject extends GateSubject> {
  readonly gate: GateName;
  readonly mode: GateMode;
  /** What it runs, for people: `the tests of the policy folder`. */
  readonly what: string;
  /** False for a folder that holds nothing to run: nothing is told of it then. */
  readonly asks: (subject: Subject) => boolean;
  /** With `stop` it runs beside what serves and gives way to everything; without, a candidate waits for it. */
  readonly judge: (subject: Subject, stop: AbortSignal | undefined) => Promise<Judged>;
  /** True for two that have one verdict: a run for the one is not broken off for the other, which waits for it. Default: they never have. */
  readonly isSame?: (one: Subject, other: Subject) => boolean;
  readonly refused: (verdict: Verdict) => GatewayError;
  readonly log: Log;
  /** Told of every report but that of a run under way. */
  readonly onReport: (report: GateReport) => void;
}

/** A gate that takes so long that with `warn` it is asked after the swap. */
export interface DeferredGate<Subject extends GateSubject> {
  check(subject: Subject, options: ReloadOptions): Promise<void>;
  /** What {@link check} would say, or the run after the swap; nothing of it is told or remembered but the verdict. Undefined when it has nothing to ask. */
  rehearse(subject: Subject, options: ReloadOptions): Promise<GateWord | undefined>;
  /** A reload has ended: what was put off until after the swap runs now. */
  settle(outcome: Outcome): void;
  readonly report: GateReport | undefined;
  /** Waits for a run in the background to be broken off. */
  close(): Promise<void>;
}

export const NOTHING_RUN: Verdict = { counts: NO_TESTS, failing: [], findings: [], durationMs: 0 };

export function createDeferredGate<Subject extends GateSubject>(options: DeferredGateOptions<Subject>): DeferredGate<Subject> {
  return new Gate(options);
}

class Gate<Subject extends GateSubject> implements DeferredGate<Subject> {
  readonly #options: DeferredGateOptions<Subject>;
  #report: GateReport | undefined;
  /** What serves, or is about to, and was not looked at yet. */
  #pending: Subject | undefined;
  /** Content that an operator let pass. */
  #forced: string | undefined;
  #stop: AbortController | undefined;
  /** What was settled last. */
  #latest: Subject | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: DeferredGateOptions<Subject>) {
    this.#options = options;
  }

  get report(): GateReport | undefined {
    return this.#report;
  }

  async check(subject: Subject, options: ReloadOptions): Promise<void> {
    const { mode, asks } = this.#options;
    if (mode === 'off') return;
    if (!asks(subject)) {
      this.#report = undefined;
      this.#pending = undefined;
      return;
    }
    if (mode === 'warn') this.#pending = subject;
    else await this.#enforce(subject, options);
  }

  settle(outcome: Outcome): void {
    const subject = this.#pending;
    this.#pending = undefined;
    if (subject === undefined || outcome.revision !== subject.source.id) return;
    const { gate, isSame } = this.#options;
    const before = this.#latest;
    this.#latest = subject;
    // What an older run would say is of no interest any more, unless it is what this one would.
    if (before === undefined || isSame?.(before, subject) !== true) {
      this.#stop?.abort(new GatewayError('evaluator_closed', 'a newer revision is looked at'));
      this.#stop = new AbortController();
    }
    const stop = (this.#stop ??= new AbortController());
    this.#report = { ...NOTHING_RUN, gate, state: 'running', mode: 'warn', revision: subject.source.id, cached: false, at: new Date() };
    this.#work = this.#work.then(() => this.#inBackground(subject, stop.signal));
  }

  async close(): Promise<void> {
    this.#stop?.abort(new GatewayError('evaluator_closed', 'the gateway is shutting down'));
    await this.#work;
  }

  async rehearse(subject: Subject, options: ReloadOptions): Promise<GateWord | undefined> {
    const { mode, asks, judge } = this.#options;
    if (mode === 'off' || !asks(subject)) return undefined;
    return this.#wordOf(subject, mode, await judge(subject, mode === 'enforce' ? undefined : NEVER), options);
  }

  async #enforce(subject: Subject, options: ReloadOptions): Promise<void> {
    const { report, refusal } = this.#wordOf(subject, 'enforce', await this.#options.judge(subject, undefined), options);
    this.#forced = report.state === 'forced' ? contentKey(subject.source) : undefined;
    this.#tell(report);
    if (refusal !== undefined) throw refusal;
  }

  #wordOf({ source }: Subject, mode: GateMode, { verdict, cached }: Judged, { force = false, by }: ReloadOptions = {}): GateWord {
    const { gate, refused } = this.#options;
    const excused = force || this.#forced === contentKey(source);
    return gateWord({ ...verdict, gate, mode, revision: source.id, cached }, { excused, by }, () => refused(verdict));
  }

  async #inBackground(subject: Subject, stop: AbortSignal): Promise<void> {
    // Of saves that come one upon the other none shares the processor with a run for the one before.
    await pause(REST_MS, undefined, { signal: stop, ref: false }).catch(() => undefined);
    if (stop.aborted) return;
    const { gate, judge, log, what } = this.#options;
    const base = { gate, mode: 'warn', revision: subject.source.id } as const;
    try {
      const judged = await judge(subject, stop);
      if (subject === this.#latest) this.#tell(this.#wordOf(subject, 'warn', judged).report);
    } catch (thrown) {
      if (thrown === stop.reason || subject !== this.#latest) return;
      const { code, message } = asGatewayError(thrown);
      log.warn({ err: thrown, code }, `${what} could not be run: ${message}`);
      const findings: Diagnostic[] = [{ severity: 'error', code, message }];
      this.#tell({ ...NOTHING_RUN, ...base, findings, state: 'stopped', cached: false, at: new Date() });
    }
  }

  #tell(report: GateReport): void {
    this.#report = report;
    this.#options.onReport(report);
  }
}

/** Ms after a swap in which the next save may come. */
const REST_MS = 250;

const NEVER = new AbortController().signal;
