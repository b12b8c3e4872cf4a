import type { Made } from '../engine/candidate.js';
import { guardrail } from '../domains/guardrail.js';
import { GatewayError } from '../errors.js';
import type { Log } from '../log.js';
import { hashFiles } from '../policy/source-hash.js';
import { contentKey } from '../policy/source-set.js';
import type { SourceSet } from '../policy/source-set.js';
import { overSuiteBudget } from '../suites/budget.js';
import type { SuiteBudget } from '../suites/budget.js';
import { readSuites } from '../suites/read-suites.js';
import type { SuiteAnswer, SuiteSample } from '../suites/sample.js';
import { scoreSuites } from '../suites/score.js';
import { createDeferredGate, NOTHING_RUN } from './deferred-gate.js';
import type { DeferredGate, GateSubject, Judged } from './deferred-gate.js';
import type { GateMode, GateReport, Verdict } from './gate-report.js';
import { KeptVerdicts } from './kept-verdicts.js';

/** A reading of the folder, and what was made of it. */
export interface SuiteSubject extends GateSubject {
  readonly made: Made;
}

export interface SuiteRun {
  readonly source: SourceSet;
  readonly made: Made;
  readonly samples: readonly SuiteSample[];
  /** Gives way to everything else. */
  readonly patient: boolean;
  readonly signal: AbortSignal;
}

export interface SuiteGateDeps {
  readonly mode: GateMode;
  readonly budget: SuiteBudget;
  /** Bound of one run in ms. */
  readonly timeoutMs: number;
  /** Asks the inspector; one answer for each sample. Throws the reason of the signal. */
  readonly ask: (run: SuiteRun) => Promise<readonly SuiteAnswer[]>;
  readonly log: Log;
  /** Told of every report but that of a run under way. */
  readonly onReport: (report: GateReport) => void;
}

/** What gives way to everything else takes longer on a busy machine, and nobody waits for it: that it ran late says nothing of the policies. */
const PATIENCE = 6;

/** The folder's suites of attacks and harmless inputs as a gate of a reload. */
export function createSuiteGate({ mode, log, onReport, ...deps }: SuiteGateDeps): DeferredGate<SuiteSubject> {
  const kept = new KeptVerdicts();
  return createDeferredGate<SuiteSubject>({
    ...{ gate: 'suites', mode, what: 'the suites of the policy folder', log, onReport, refused },
    asks: ({ source }) => source.suites.length > 0,
    isSame,
    judge: (subject, stop) => judge(subject, stop, kept, deps),
  });
}

async function judge(
  { source, made }: SuiteSubject,
  stop: AbortSignal | undefined,
  kept: KeptVerdicts,
  { budget, timeoutMs, ask }: Pick<SuiteGateDeps, 'budget' | 'timeoutMs' | 'ask'>,
): Promise<Judged> {
  const patient = stop !== undefined;
  const boundMs = patient ? timeoutMs * PATIENCE : timeoutMs;
  const late = (durationMs: number): Verdict => {
    const message = `the suites did not end within ${boundMs} ms (gates.timeout${patient ? ` x ${PATIENCE}` : ''})`;
    if (patient) throw new GatewayError('policy_suites_failed', message);
    const finding = { severity: 'error', code: 'policy_suites_failed', message } as const;
    return { ...NOTHING_RUN, findings: [...readSuites(source.suites).diagnostics, finding], late: true, durationMs };
  };
  return kept.judge(await questionKey({ source, made }), { boundMs, stop, late }, async (signal, passedMs) => {
    const { samples, diagnostics } = readSuites(source.suites);
    const answers = await ask({ source, made, samples, patient, signal });
    const suites = scoreSuites(samples, answers);
    const findings = [...diagnostics, ...overSuiteBudget(suites, budget)];
    return {
      verdict: { ...NOTHING_RUN, findings, suites, durationMs: passedMs() },
      cutShort: answers.some(({ error }) => error === 'evaluation_timeout'),
    };
  });
}

/** Names all but the suites that the inspector's answers depend on; undefined where nobody knows that. */
function inspectorKey({ source, made: { policy } }: SuiteSubject): string | undefined {
  const code = policy.keys?.[guardrail.entrypoint];
  return code === undefined ? undefined : [code, policy.maker, source.judgeId].join();
}

/** Names all that the answers depend on. An edit elsewhere leaves them as they are, and is told what is known of them. */
async function questionKey(subject: SuiteSubject): Promise<string> {
  const inspector = inspectorKey(subject);
  return inspector === undefined ? contentKey(subject.source) : [inspector, await hashFiles(subject.source.suites)].join();
}

/** Without a hash: of equal files a reading gives the same bytes again. */
function isSame(one: SuiteSubject, other: SuiteSubject): boolean {
  const inspector = inspectorKey(one);
  const [suites, others] = [one.source.suites, other.source.suites];
  return (
    inspector !== undefined &&
    inspector === inspectorKey(other) &&
    suites.length === others.length &&
    suites.every(({ path, bytes }, at) => path === others[at]?.path && bytes === others[at].bytes)
  );
}

function refused({ findings }: Verdict): GatewayError {
  const [first] = findings;
  const where = first?.file === undefined ? '' : `${first.file}:${first.row ?? 1}: `;
  return new GatewayError('policy_suites_failed', `${where}${first?.message ?? 'the suites failed'}`, {
    details: { diagnostics: findings },
  });
}
