import { createAuditStore } from '../audit/audit-store.js';
import type { AuditStore } from '../audit/audit-store.js';
import { checkpointName } from '../audit/checkpoint.js';
import type { StateDatabase } from '../audit/database.js';
import { openSigner } from '../audit/signing-key.js';
import type { Config } from '../config/config.js';
import type { Log } from '../log.js';
import { addressOf } from './open-gateway-history.js';

/** The audit trail of the data folder, signed with its key. Throws `audit_store_failed`. */
export function openAudit(database: StateDatabase, config: Config, log: Log): AuditStore {
  return createAuditStore({
    database,
    maxEvents: config.audit.max_events,
    maxAgeMs: config.audit.max_age,
    signer: openSigner(config.paths.auditKey),
    instance: `${addressOf(config)}/${process.pid}`,
    // Outside the file: whoever cuts the trail off does not cut the log off with it.
    onCheckpoint: (checkpoint) =>
      log.info(
        { checkpoint: checkpointName(checkpoint), kind: checkpoint.kind, key_id: checkpoint.key_id },
        `audit checkpoint ${checkpointName(checkpoint)}`,
      ),
  });
}
