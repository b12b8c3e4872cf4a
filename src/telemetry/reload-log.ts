import { lostDomains } from '../domains/required-domains.js';
import type { Outcome } from '../engine/engine.js';
import type { Log } from '../log.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { shortId } from '../policy/source-set.js';

/** Diagnostics that one log line carries; the rest is in the answer and in the status. */
const MAX_DIAGNOSTICS = 20;

/** The record that says a part of the gateway changed its state. */
interface LifecycleRecord {
  readonly subsystem: 'policy';
  readonly transition: 'completed' | 'alert';
  readonly details: { readonly policy_dir: string; readonly source: string; readonly transition_raw: 'reload' };
}

function short(revision: string | undefined): string {
  return revision === undefined ? 'none' : shortId(revision);
}

/** `file:line:col: message`, as far as the place is known. */
function locateDiagnostic({ file, row, col, path, message }: Diagnostic): string {
  const place = [file, row, col].filter((part) => part !== undefined).join(':') || path;
  return place === undefined ? message : `${place}: ${message}`;
}

function lifecycle(outcome: Outcome, policyDir: string): LifecycleRecord {
  return {
    subsystem: 'policy',
    transition: outcome.status === 'rejected' ? 'alert' : 'completed',
    details: { policy_dir: policyDir, source: outcome.trigger === 'watch' ? 'watcher' : outcome.trigger, transition_raw: 'reload' },
  };
}

function rejection(outcome: Outcome): string {
  const [first, ...rest] = outcome.diagnostics.filter(({ severity }) => severity === 'error');
  const what = first === undefined ? (outcome.error?.message ?? 'unknown reason') : locateDiagnostic(first);
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
  return `policy rejected: ${what}${more}; ${outcome.revision === undefined ? 'no revision serves' : `still serving ${short(outcome.revision)}`}`;
}

/** One line per attempt: info when the revision changed, error when it was rejected, debug when nothing was new. */
export function logOutcome(log: Log, outcome: Outcome, policyDir: string): void {
  const stages = Object.entries(outcome.stages).map(([stage, ms]) => [stage, Math.round(ms * 10) / 10] as const);
  const fields = {
    lifecycle: lifecycle(outcome, policyDir),
    trigger: outcome.trigger,
    duration_ms: Math.round(outcome.durationMs * 10) / 10,
    stages: Object.fromEntries(stages),
  };
  switch (outcome.status) {
    case 'reloaded': {
      const times = stages.map(([stage, ms]) => `${stage} ${ms} ms`).join(', ');
      const change = `${short(outcome.previousRevision)} -> ${short(outcome.revision)}`;
      log.info({ ...fields, modules: outcome.modules }, `policy reloaded: ${change}, ${outcome.modules} modules (${times})`);
      for (const domain of lostDomains(outcome.diagnostics)) {
        log.warn(
          { domain, revision: short(outcome.revision) },
          `the domain ${domain} is answered no more: every decision of it is refused`,
        );
      }
      return;
    }
    case 'unchanged':
      log.debug(fields, `policy unchanged: ${short(outcome.revision)}`);
      return;
    case 'rejected':
      log.error(
        { ...fields, code: outcome.error?.code, diagnostics: outcome.diagnostics.slice(0, MAX_DIAGNOSTICS).map(locateDiagnostic) },
        rejection(outcome),
      );
  }
}
