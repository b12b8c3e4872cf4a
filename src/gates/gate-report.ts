import type { GatewayError } from '../errors.js';
import type { Impact } from '../impact/report.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { SuiteScore } from '../suites/score.js';

/** Whether a gate is asked, and what its word is worth. */
export type GateMode = 'off' | 'warn' | 'enforce';

/** Tests by how they ended. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly errored: number;
  readonly skipped: number;
  /** Tests that end in one way in the gateway and in another in OPA's interpreter. */
  readonly disagreements: number;
}

/** What the tests, or whatever else a gate asks, came to for one reading of the folder. */
export interface Verdict {
  readonly counts: TestCounts;
  /** Percent of the served rules that the tests reach, when it was asked for. */
  readonly coverage?: number;
  /** Full names of what did not pass, of the first hundred. */
  readonly failing: readonly string[];
  /** Why it did not pass; empty when it did. */
  readonly findings: readonly Diagnostic[];
  /** Nothing is wrong but that the tests reach too few rules. */
  readonly uncovered?: true;
  /** Tests that were run, a table as one; the others reach nothing that changed, and end as they did. Absent where all were. */
  readonly ran?: number;
  /** Of the suites of the folder: how the inspector does on them. */
  readonly suites?: SuiteScore;
  /** It was cut short by gates.timeout. */
  readonly late?: true;
  readonly durationMs: number;
}

export type GateName = 'tests' | 'schema' | 'suites' | 'impact';

/** The last word of a gate; the counts of one that runs no tests are zero. */
export interface GateReport extends Verdict {
  readonly gate: GateName;
  /** `forced`: refused, and passed because an operator said so. `stopped`: the tests could not be run. */
  readonly state: 'running' | 'passed' | 'failed' | 'forced' | 'stopped';
  readonly mode: GateMode;
  /** Revision that was tested. */
  readonly revision: string;
  /** The same modules, data and tests had been run before. */
  readonly cached: boolean;
  readonly at: Date;
  /** Who forced it, as they call themselves. */
  readonly by?: string;
  /** Of the impact gate: what the edit does to recorded decisions. */
  readonly impact?: Impact;
}

/** What a gate would say. */
export interface GateWord {
  readonly report: GateReport;
  /** Set when it would reject the reload. */
  readonly refusal?: GatewayError;
}

export const NO_TESTS: TestCounts = { passed: 0, failed: 0, errored: 0, skipped: 0, disagreements: 0 };

/**
 * What findings come to is the same for every gate: an `enforce` that is not `excused` refuses, one that is says who passed it by force, and a
 * `warn` only tells.
 */
export function gateWord(
  found: Omit<GateReport, 'state' | 'at' | 'by'>,
  { excused, by }: { readonly excused: boolean; readonly by: string | undefined },
  refusal: () => GatewayError,
): GateWord {
  const failed = found.findings.length > 0;
  const forced = failed && excused && found.mode === 'enforce';
  const report: GateReport = {
    ...found,
    state: forced ? 'forced' : failed ? 'failed' : 'passed',
    at: new Date(),
    ...(forced && by !== undefined ? { by } : {}),
  };
  return failed && !forced && found.mode === 'enforce' ? { report, refusal: refusal() } : { report };
}
