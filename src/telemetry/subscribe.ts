import type { Engine, Outcome } from '../engine/engine.js';
import type { Log } from '../log.js';
import { errorFields } from './error-fields.js';
import type { Metrics } from './metrics.js';
import { logOutcome } from './reload-log.js';

export interface TelemetryParts {
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'observeOutcome' | 'auditWriteFailure'>;
  /** Writes the audit event of one attempt; may throw. */
  readonly audit?: (outcome: Outcome) => void;
  /** The policy folder as configured. */
  readonly policyDir: string;
}

/** Whether the last audit event of a reload could be written. */
export interface TelemetryState {
  readonly auditFailures: number;
  readonly lastAuditError?: string;
}

/**
 * Makes every attempt visible: one log line, the metrics, one audit event. An audit event that cannot be written changes
 * nothing about the reload: it is logged, counted and kept for the status.
 */
export function subscribeTelemetry(engine: Pick<Engine, 'on'>, parts: TelemetryParts): { readonly state: TelemetryState } {
  const { log, metrics, audit, policyDir } = parts;
  let state: TelemetryState = { auditFailures: 0 };

  function writeAudit(outcome: Outcome): void {
    try {
      audit?.(outcome);
    } catch (error) {
      metrics.auditWriteFailure();
      const message = error instanceof Error ? error.message : String(error);
      state = { auditFailures: state.auditFailures + 1, lastAuditError: message };
      log.error({ err: errorFields(error) }, `audit event of a reload was not written: ${message}`);
    }
  }

  function observe(outcome: Outcome): void {
    metrics.observeOutcome(outcome);
    logOutcome(log, outcome, policyDir);
    writeAudit(outcome);
  }

  engine.on('reloaded', observe);
  engine.on('unchanged', observe);
  engine.on('rejected', observe);
  engine.on('held', observe);
  return {
    get state() {
      return state;
    },
  };
}
