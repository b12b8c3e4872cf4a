import type { AuditStore } from '../audit/audit-store.js';
import type { Config } from '../config/config.js';
import { Watchdog } from '../history/watchdog/watchdog.js';
import type { Bite } from '../history/watchdog/watchdog.js';
import type { Log } from '../log.js';
import type { Metrics } from '../telemetry/metrics.js';
import { appendEvent } from './append-event.js';

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
      appendEvent({ audit, metrics, log }, biteEvent(bite, config.policy_dir ?? ''), 'the watchdog');
    },
  });
}

function biteEvent({ at, from, to, reason }: Bite, policyDir: string): Parameters<AuditStore['append']>[0] {
  return {
    ...{ timestamp: at.toISOString(), action: 'policy-watchdog', target: policyDir, actor: 'gateway', severity: 'HIGH' },
    ...{ details: reason, from_revision: from, to_revision: to },
  };
}
