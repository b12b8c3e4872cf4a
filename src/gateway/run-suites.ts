import type { Config } from '../config/config.js';
import { GatewayError } from '../errors.js';
import { askSuitesApart } from '../judge/suite/ask-apart.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { overSuiteBudget } from '../suites/budget.js';
import { suiteDifferences } from '../suites/differences.js';
import type { SuiteDifference } from '../suites/differences.js';
import { readSuites } from '../suites/read-suites.js';
import type { SuiteAnswer } from '../suites/sample.js';
import { scoreSuites } from '../suites/score.js';
import type { SuiteScore } from '../suites/score.js';
import type { BuiltSide } from './build-folder.js';

/** What the suites of a folder come to. Named as `inspect suite run --json` prints it. */
export interface SuiteReport {
  /** The folder that was read. */
  readonly root: string;
  readonly score: SuiteScore;
  /** Lines that are no sample, and what is over `gates.suites_budget`; none when it is kept. */
  readonly diagnostics: readonly Diagnostic[];
  /** Full id of the revision that is compared with; null for none. */
  readonly compared_with: string | null;
  /** Samples that it answers otherwise. */
  readonly differences: readonly SuiteDifference[];
  readonly duration_ms: number;
}

/** Asks the inspector about the suites of a folder, by what the folder holds and by `before`. Throws `policy_suites_failed`, `evaluation_*`. */
export async function runSuites(
  after: BuiltSide,
  before: BuiltSide | undefined,
  { gates, evaluation }: Pick<Config, 'gates' | 'evaluation'>,
): Promise<SuiteReport> {
  const start = performance.now();
  const { source } = after;
  if (source.suites.length === 0) {
    throw new GatewayError('policy_suites_failed', `no suites in ${source.root}`, {
      hint: 'A suite is a file suites/*.jsonl of the policy folder, beside rego/: a sample a line, with want, kind, and text or args.',
    });
  }
  const { samples, diagnostics } = readSuites(source.suites);
  const ask = (side: BuiltSide): Promise<readonly SuiteAnswer[]> =>
    askSuitesApart({ source: side.source, made: side, samples, evaluation, patient: false });
  const [is, was] = await Promise.all([ask(after), before === undefined ? undefined : ask(before)]);
  const score = scoreSuites(samples, is);
  const { max_benign_block: maxBenignBlock, min_attack: minAttack } = gates.suites_budget;
  return {
    root: source.root,
    score,
    diagnostics: [...diagnostics, ...overSuiteBudget(score, { maxBenignBlock, minAttack })],
    compared_with: before?.id ?? null,
    differences: was === undefined ? [] : suiteDifferences(samples, was, is),
    duration_ms: Math.round(performance.now() - start),
  };
}
