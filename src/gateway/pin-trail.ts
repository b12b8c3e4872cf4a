import type { AuditStore } from '../audit/audit-store.js';
import type { Engine, PinChange } from '../engine/engine.js';
import type { Log } from '../log.js';
import { shortId } from '../policy/source-set.js';

export interface PinTrailParts {
  readonly log: Log;
  readonly audit: Pick<AuditStore, 'append'>;
  readonly policyDir: string;
}

/** One log line and one audit event for each pin that is set or let go. */
export function trailPins(engine: Pick<Engine, 'onPin'>, { log, audit, policyDir }: PinTrailParts): void {
  engine.onPin(({ pin, was, asked, at }: PinChange) => {
    const revision = pin?.revision ?? was?.revision ?? '';
    const reason = asked.reason === undefined ? '' : `: ${asked.reason}`;
    const message =
      pin === undefined ? `policy resumed: ${shortId(revision)} is no longer pinned` : `policy pinned to ${shortId(revision)}${reason}`;
    log.info({ revision, by: asked.by }, message);
    audit.append({
      timestamp: at.toISOString(),
      action: pin === undefined ? 'policy-resume' : 'policy-pin',
      target: policyDir,
      actor: asked.by === undefined ? 'gateway' : 'api',
      details: `${message}${asked.by === undefined ? '' : `; asked by ${asked.by}`}`,
      to_revision: revision,
      ...(asked.requestId === undefined ? {} : { request_id: asked.requestId }),
    });
  });
}
