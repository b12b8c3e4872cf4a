import type { GateReport } from '../gates/gate-report.js';
import type { NewAuditEvent } from './event.js';

/**
 * The audit event of what a gate said, where the event of the reload does not tell it: tests that failed after the swap, data that serves although it does not meet its schema, and a gate
 * that was passed by force. Undefined otherwise.
 */
export function gateEvent(report: GateReport, policyDir: string): NewAuditEvent | undefined {
  const { gate, state, mode, failing, findings, counts, revision, by, durationMs } = report;
  const what = failing.length === 0 ? (findings[0]?.message ?? '') : failing.join(', ');
  const shared = {
    target: policyDir,
    to_revision: revision,
    outcome: state,
    duration_ms: durationMs,
    timestamp: report.at.toISOString(),
  } as const;
  if (state === 'forced') {
    const who = by === undefined ? '' : ` by ${by}`;
    return {
      ...shared,
      action: 'policy-gates-forced',
      actor: 'api',
      severity: 'HIGH',
      details: `gate ${gate} passed by force${who}: ${what}`,
    };
  }
  if (mode !== 'warn' || (state !== 'failed' && state !== 'stopped')) return undefined;
  if (gate === 'impact') {
    return {
      ...shared,
      action: 'policy-impact',
      actor: 'gateway',
      severity: 'MEDIUM',
      details: `recorded decisions on what serves: ${what}`,
    };
  }
  if (gate === 'schema') {
    return { ...shared, action: 'policy-schema', actor: 'gateway', severity: 'MEDIUM', details: `schemas of what serves: ${what}` };
  }
  if (gate === 'suites') {
    return { ...shared, action: 'policy-suites', actor: 'gateway', severity: 'MEDIUM', details: `suites on what serves: ${what}` };
  }
  const { passed, failed, errored } = counts;
  // None failed, and yet the gate did: they did not come to their end.
  const unrun = state === 'stopped' || failing.length === 0;
  const tally = unrun ? 'could not be run' : `${failing.length} of ${passed + failed + errored} did not pass`;
  return { ...shared, action: 'policy-tests', actor: 'gateway', severity: 'MEDIUM', details: `tests of what serves: ${tally}: ${what}` };
}
