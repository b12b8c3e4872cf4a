import type { Candidate, Gate } from '../engine/candidate.js';
import type { Outcome } from '../engine/engine.js';
import type { ReloadOptions } from '../engine/reload-request.js';
import { asGatewayError, GatewayError } from '../errors.js';
import { overBudget } from '../impact/budget.js';
import type { ImpactBudget } from '../impact/budget.js';
import { flippedIds } from '../impact/report.js';
import type { Impact } from '../impact/report.js';
import type { Log } from '../log.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { Revision } from '../policy/revision.js';
import { gateWord, NO_TESTS } from './gate-report.js';
import type { GateMode, GateReport, GateWord } from './gate-report.js';

export interface ImpactGateOptions {
  readonly mode: GateMode;
  readonly budget: ImpactBudget;
  readonly serving: () => Revision | undefined;
  /** Replays recorded decisions. The signal ends that, and its reason is thrown then. */
  readonly measure: (before: Revision, after: Candidate, signal?: AbortSignal) => Promise<Impact>;
  /** Bound of a replay that somebody waits for, in ms. */
  readonly timeoutMs: number;
  readonly log: Log;
  /** Told of every report. */
  readonly onReport: (report: GateReport) => void;
}

/** Recorded decisions as a gate of a reload. */
export interface ImpactGate {
  readonly check: Gate;
  /** What {@link check} would say, or the replay after the swap; nothing of it is told. Undefined when there is nothing to replay. */
  rehearse(before: Revision | undefined, after: Candidate, options: ReloadOptions): Promise<GateWord | undefined>;
  /** A reload has ended: what was put off until after the swap is replayed now. */
  settle(outcome: Outcome): void;
  /** Waits for the replay that a swap began. */
  settled(): Promise<void>;
  readonly report: GateReport | undefined;
  /** Revision that serves while its decisions are being replayed. */
  readonly running: string | undefined;
  /** From now on nothing is replayed, and what fails is told to nobody. Settles when nothing runs. */
  close(): Promise<void>;
}

/** `enforce` asks before the swap, `warn` after it: nobody waits for figures alone. */
export function createImpactGate({ mode, budget, serving, measure, timeoutMs, log, onReport }: ImpactGateOptions): ImpactGate {
  let last: GateReport | undefined;
  let pending: { readonly before: Revision; readonly after: Candidate } | undefined;
  let running: string | undefined;
  let closing = false;
  let work: Promise<void> = Promise.resolve();

  async function judge(before: Revision | undefined, after: Candidate, options: ReloadOptions): Promise<GateWord | undefined> {
    if (mode === 'off' || before === undefined) return undefined;
    const late = AbortSignal.timeout(timeoutMs);
    const start = performance.now();
    try {
      return wordOf(after, await measure(before, after, late), options);
    } catch (thrown) {
      if (thrown !== late.reason) throw thrown;
      return lateWord(after, performance.now() - start, options);
    }
  }

  function wordOf(after: Candidate, impact: Impact, options: ReloadOptions): GateWord | undefined {
    if (impact.recorded === 0) return undefined;
    const over = overBudget(impact, budget);
    const findings = over.map((message): Diagnostic => ({ severity: 'error', code: 'policy_impact', message }));
    return gateWord({ ...nothingRun(after), findings, durationMs: impact.duration_ms, impact }, excuse(options), () =>
      refused(over, impact),
    );
  }

  /** What nobody knows in time is no budget that is kept. */
  function lateWord(after: Candidate, passedMs: number, options: ReloadOptions): GateWord {
    const message = `recorded decisions were not run again within ${timeoutMs} ms (gates.timeout)`;
    const finding: Diagnostic = { severity: 'error', code: 'policy_impact_timeout', message };
    const found = { ...nothingRun(after), findings: [finding], late: true, durationMs: Math.round(passedMs) } as const;
    return gateWord(found, excuse(options), () => {
      return new GatewayError('policy_impact_timeout', message, { details: { diagnostics: [finding] } });
    });
  }

  function nothingRun(after: Candidate): Pick<GateReport, 'gate' | 'mode' | 'revision' | 'counts' | 'failing' | 'cached'> {
    return { gate: 'impact', mode, revision: after.source.id, counts: NO_TESTS, failing: [], cached: false };
  }

  function excuse({ acceptImpact = false, force = false, by }: ReloadOptions): { excused: boolean; by: string | undefined } {
    return { excused: acceptImpact || force, by };
  }

  function tell(report: GateReport): void {
    last = report;
    onReport(report);
  }

  async function afterwards(before: Revision, after: Candidate): Promise<void> {
    running = after.source.id;
    try {
      const word = wordOf(after, await measure(before, after), {});
      if (word !== undefined) tell(word.report);
    } catch (err) {
      if (!closing) log.warn({ err }, `recorded decisions could not be replayed: ${asGatewayError(err).message}`);
    } finally {
      running = undefined;
    }
  }

  return {
    get report() {
      return last;
    },
    get running() {
      return running;
    },
    async check(after, options) {
      const before = serving();
      last = undefined;
      pending = mode === 'warn' && before !== undefined ? { before, after } : undefined;
      if (mode !== 'enforce') return [];
      const word = await judge(before, after, options);
      if (word !== undefined) tell(word.report);
      if (word?.refusal !== undefined) throw word.refusal;
      return [];
    },
    rehearse: judge,
    settle(outcome) {
      const waiting = pending;
      pending = undefined;
      if (waiting === undefined || outcome.revision !== waiting.after.source.id || outcome.status !== 'reloaded') return;
      work = work.then(() => (closing ? undefined : afterwards(waiting.before, waiting.after)));
    },
    settled: () => work,
    close() {
      closing = true;
      return work;
    },
  };
}

/** Ids that the message of a refusal names; its details name more. */
const MAX_NAMED = 10;

function refused(over: readonly string[], impact: Impact): GatewayError {
  const worst = flippedIds(impact);
  const named = worst.length === 0 ? '' : `: ${worst.slice(0, MAX_NAMED).join(', ')}${worst.length > MAX_NAMED ? ', …' : ''}`;
  const diagnostics = over.map((message): Diagnostic => ({ severity: 'error', code: 'policy_impact', message }));
  return new GatewayError('policy_impact', `${over.join('; ')}${named}`, { details: { diagnostics } });
}
