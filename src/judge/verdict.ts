import type { FailureReason } from './failure.js';
import { actionOf, higher, SEVERITIES } from './severity.js';
import type { Action, Severity } from './severity.js';

/** One category that the judge found something in. */
export interface JudgeFinding {
  /** Stable id, e.g. `JUDGE-INJ-INSTRUCT`. */
  readonly id: string;
  readonly category: string;
  readonly severity: Severity;
  /** What was found, in the words of the content: for eyes that may see it. Absent when the category is the finding. */
  readonly evidence?: string;
  /** Each piece of it by itself. */
  readonly entities?: readonly string[];
}

/** What the judge says about one content. Immutable. */
export interface Verdict {
  readonly action: Action;
  readonly severity: Severity;
  /** For people; never holds content. */
  readonly reason: string;
  readonly findings: readonly JudgeFinding[];
  /** Pieces of personal data that were found. */
  readonly entityCount: number;
  readonly scanner: 'llm-judge';
  /** The judge could not judge: this is no statement about the content. Of a merged verdict: no kind could. */
  readonly failed: boolean;
  /** Why, when it failed. */
  readonly failure?: FailureReason;
}

/** Nothing found, or nothing asked. */
export const CLEAN: Verdict = Object.freeze({
  action: 'allow',
  severity: 'NONE',
  reason: '',
  findings: Object.freeze([]),
  entityCount: 0,
  scanner: 'llm-judge',
  failed: false,
});

/** What a failed judgement says: `open` nothing, so that the local scan decides alone; `closed` an alert. */
export function failedVerdict(reasonPrefix: string, failure: FailureReason, failMode: 'open' | 'closed'): Verdict {
  const severity: Severity = failMode === 'closed' ? 'MEDIUM' : 'NONE';
  const reason = failMode === 'closed' ? `${reasonPrefix}: the judge failed (${failure})` : '';
  return Object.freeze({ ...CLEAN, action: actionOf(severity), severity, reason, failed: true, failure });
}

/** One verdict of several kinds: the highest severity decides, every finding is kept. Failed only when all failed. */
export function mergeVerdicts(verdicts: readonly Verdict[]): Verdict {
  const [first] = verdicts;
  if (first === undefined) return CLEAN;
  const severity = verdicts.map((verdict) => verdict.severity).reduce(higher);
  const loudest = verdicts.reduce((a, b) => (rank(b) > rank(a) ? b : a));
  const failure = verdicts.every(({ failed }) => failed) ? verdicts.find((verdict) => verdict.failure !== undefined)?.failure : undefined;
  return Object.freeze({
    action: loudest.action,
    severity,
    reason: verdicts
      .map(({ reason }) => reason)
      .filter((reason) => reason !== '')
      .join('; '),
    findings: Object.freeze(verdicts.flatMap(({ findings }) => findings)),
    entityCount: verdicts.reduce((sum, { entityCount }) => sum + entityCount, 0),
    scanner: 'llm-judge',
    failed: verdicts.every(({ failed }) => failed),
    ...(failure === undefined ? {} : { failure }),
  });
}

function rank({ severity }: Verdict): number {
  return SEVERITIES.indexOf(severity);
}
