import type { AuditStore } from '../audit/audit-store.js';
import type { NewAuditEvent } from '../audit/event.js';
import type { Log } from '../log.js';
import { errorFields } from '../telemetry/error-fields.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface EventSink {
  readonly audit: Pick<AuditStore, 'append'>;
  readonly metrics: Pick<Metrics, 'auditWriteFailure'>;
  readonly log: Log;
}

/** Writes an event of something that goes on whether it can be written or not. `whose` is for the log. Never throws. */
export function appendEvent({ audit, metrics, log }: EventSink, event: NewAuditEvent, whose: string): void {
  try {
    audit.append(event);
  } catch (error) {
    metrics.auditWriteFailure();
    log.error({ err: errorFields(error) }, `the audit event of ${whose} was not written`);
  }
}
