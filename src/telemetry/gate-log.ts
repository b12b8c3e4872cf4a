import type { GateReport } from '../gates/gate-report.js';
import { flippedIds } from '../impact/report.js';
import type { Impact } from '../impact/report.js';
import type { Log } from '../log.js';
import { placed } from '../policy/diagnostic.js';
import { shortId } from '../policy/source-set.js';
import { suiteSummary } from '../suites/score.js';
import type { SuiteScore } from '../suites/score.js';

/** Findings that one log line carries. */
const MAX_FINDINGS = 20;

const WHAT = { tests: 'tests', schema: 'schemas', suites: 'suites', impact: 'recorded decisions' } as const;

function figures(impact: Impact | undefined): Record<string, unknown> {
  if (impact === undefined) return {};
  const { recorded, replayed, not_replayable, deny_to_allow, allow_to_deny, other, errors, slowdown } = impact;
  const ids = flippedIds(impact);
  return {
    ...{ recorded, replayed, not_replayable, deny_to_allow, allow_to_deny, other, errors, slowdown },
    ...(ids.length === 0 ? {} : { decision_ids: ids.slice(0, MAX_FINDINGS) }),
  };
}

function suiteFigures(suites: SuiteScore | undefined): Record<string, unknown> {
  if (suites === undefined) return {};
  const { samples, precision, recall, benign } = suites;
  return { samples, precision, recall, benign_blocked: benign.block, benign_alerts: benign.alert };
}

/** One line about what a gate said; a refusal has its line already, that of the reload. */
export function logGate(log: Log, report: GateReport): void {
  const { gate, state, mode, revision, counts, failing, findings, uncovered, durationMs, by, impact, suites } = report;
  const fields = {
    gate,
    mode,
    revision: shortId(revision),
    ...(gate === 'tests' ? counts : {}),
    ...figures(impact),
    ...suiteFigures(suites),
    duration_ms: durationMs,
  };
  const what = WHAT[gate];
  const told = findings.slice(0, MAX_FINDINGS).map(({ message, file, row }) => placed({ message, file, row }));
  const named = { ...fields, findings: told };
  const first = (uncovered === true ? findings[0]?.message : told[0]) ?? '';
  const failed =
    uncovered === true
      ? 'policy coverage is too low'
      : gate !== 'impact'
        ? `policy ${what} failed`
        : impact === undefined
          ? 'policy impact is not known'
          : 'policy impact is over its budget';
  switch (state) {
    case 'passed':
      // What decisions say otherwise is worth a line, also where it lets no more through and refuses no more.
      log[impact !== undefined && impact.other > 0 ? 'info' : 'debug'](
        fields,
        `policy ${what} passed${tally(report)} in ${Math.round(durationMs)} ms`,
      );
      return;
    case 'forced':
      log.warn({ ...named, by }, `${failed}, passed by force${by === undefined ? '' : ` by ${by}`}: ${first}`);
      return;
    case 'failed':
      if (mode === 'warn')
        log.warn(
          named,
          `${failed}, the revision serves all the same: ${failing.length === 0 ? '' : `${failing.length} did not pass: `}${first}`,
        );
      return;
    case 'running':
    case 'stopped':
  }
}

function tally({ gate, counts, impact, suites }: GateReport): string {
  if (suites !== undefined) return `: ${suiteSummary(suites)}`;
  if (impact !== undefined) return `: ${impact.replayed} replayed, ${impact.other} say something else`;
  return gate === 'tests' ? `: ${counts.passed}` : '';
}
