import type { GateReport } from '../gates/gate-report.js';
import type { Log } from '../log.js';
import { shortId } from '../policy/source-set.js';

/** Findings that one log line carries. */
const MAX_FINDINGS = 20;

/** One line about what a gate said; a refusal has its line already, that of the reload. */
export function logGate(log: Log, { gate, state, mode, revision, counts, failing, findings, uncovered, durationMs, by }: GateReport): void {
  const fields = { gate, mode, revision: shortId(revision), ...(gate === 'tests' ? counts : {}), duration_ms: durationMs };
  const what = gate === 'tests' ? 'tests' : 'schemas';
  const named = {
    ...fields,
    findings: findings
      .slice(0, MAX_FINDINGS)
      .map(({ message, file, row }) => (file === undefined ? message : `${file}:${row ?? 1}: ${message}`)),
  };
  const first = findings[0]?.message ?? '';
  const failed = uncovered === true ? 'policy coverage is too low' : `policy ${what} failed`;
  switch (state) {
    case 'passed':
      log.debug(fields, `policy ${what} passed${gate === 'tests' ? `: ${counts.passed}` : ''} in ${Math.round(durationMs)} ms`);
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
