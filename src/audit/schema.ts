import type Database from 'libsql';
import { GatewayError } from '../errors.js';

/** One step each; a step that has been released is never edited, only followed by another. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE audit_events (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     timestamp TEXT NOT NULL,
     action TEXT NOT NULL,
     target TEXT NOT NULL,
     actor TEXT NOT NULL,
     details TEXT NOT NULL,
     severity TEXT NOT NULL,
     trigger_name TEXT,
     from_revision TEXT,
     to_revision TEXT,
     outcome TEXT,
     diagnostics_digest TEXT,
     duration_ms REAL,
     request_id TEXT,
     run_id TEXT
   );
   CREATE INDEX audit_events_action ON audit_events (action, seq);
   CREATE INDEX audit_events_severity ON audit_events (severity, seq);
   CREATE TABLE enforcement (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL CHECK (kind IN ('block', 'allow')),
     target_type TEXT NOT NULL,
     target_name TEXT NOT NULL,
     reason TEXT NOT NULL,
     source_path TEXT,
     updated_at TEXT NOT NULL,
     UNIQUE (target_type, target_name)
   );`,
  `ALTER TABLE audit_events ADD COLUMN instance TEXT;
   ALTER TABLE audit_events ADD COLUMN prev_hash TEXT;
   ALTER TABLE audit_events ADD COLUMN hash TEXT;
   CREATE TABLE audit_checkpoints (
     number INTEGER PRIMARY KEY,
     kind TEXT NOT NULL,
     seq INTEGER NOT NULL,
     hash TEXT NOT NULL,
     at TEXT NOT NULL,
     previous TEXT NOT NULL,
     key_id TEXT NOT NULL,
     signature TEXT NOT NULL
   );`,
];

/** Version that this program writes, kept in the file's `user_version`. */
export const SCHEMA_VERSION = MIGRATIONS.length;

function versionOf(connection: Database.Database): number {
  const row = connection.prepare('PRAGMA user_version').get([]);
  return typeof row === 'object' && row !== null && 'user_version' in row ? Number(row.user_version) : 0;
}

/** Runs the steps that the file lacks, in one transaction. A file of a newer program is refused, not guessed at. */
export function migrate(connection: Database.Database): void {
  connection
    .transaction(() => {
      const version = versionOf(connection);
      if (version > SCHEMA_VERSION) {
        throw new GatewayError('audit_store_failed', `Expected schema ${SCHEMA_VERSION} at most in ${connection.name}, got ${version}`);
      }
      for (const step of MIGRATIONS.slice(version)) connection.exec(step);
      if (version < SCHEMA_VERSION) connection.pragma(`user_version = ${SCHEMA_VERSION}`);
    })
    .immediate();
}
