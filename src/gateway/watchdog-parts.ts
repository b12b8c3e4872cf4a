import type { AuditStore } from '../audit/audit-store.js';
import type { Config } from '../config/config.js';
import { Watchdog } from '../history/watchdog/watchdog.js';
import type { Bite } from '../history/watchdog/watchdog.js';
import type { Log } from '../log.js';
import { errorFields } from '../telemetry/error-fields.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface WatchdogParts {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'watchdogRollback' | 'auditWriteFailure'>;
  readonly audit: Pick<AuditStore, 'append'>;
}

/** The watchdog of the configuration; undefined when it is off. */
export function createWatchdog({ config, log, metrics, audit }: WatchdogParts): Watchdog | undefined {
  if (!config.watchdog.enabled) return undefined;
  return new Watchdog({
    settings: config.watchdog,
    log,
    onBite: (bite) => {
      metrics.watchdogRollback(bite.kind);
      try {
        audit.append(biteEvent(bite, config.policy_dir ?? ''));
      } catch (error) {
        metrics.auditWriteFailure();
        log.error({ err: errorFields(error) }, 'the audit event of the watchdog was not written');
      }
    },
  });
}

function biteEvent({ at, from, to, reason }: Bite, policyDir: string): Parameters<AuditStore['append']>[0] {
  return {
    ...{ timestamp: at.toISOString(), action: 'policy-watchdog', target: policyDir, actor: 'gateway', severity: 'HIGH' },
    ...{ details: reason, from_revision: from, to_revision: to },
  };
}
