import { chmodSync, closeSync, constants, existsSync, openSync, statSync } from 'node:fs';
import { devNull } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'libsql';
import { makeFolder } from '../config/make-folder.js';
import { asGatewayError, GatewayError } from '../errors.js';
import { migrate, SCHEMA_VERSION } from './schema.js';

/** A value that SQLite stores. */
export type SqlValue = string | number | null;
/** One row by column name. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * The one SQLite file of the gateway. Synchronous: a row takes some 20 us plus one sync of the disk.
 * Every method throws `audit_store_failed`, with the driver's error as cause.
 */
export interface StateDatabase {
  readonly file: string;
  run(sql: string, values: readonly SqlValue[]): number;
  all(sql: string, values: readonly SqlValue[]): readonly Row[];
  /** All or nothing: what `work` throws rolls back. Within another one it is a part of that. */
  transaction<T>(work: () => T): T;
  /** A number that changes when another connection has written. */
  dataVersion(): number;
  /** Idempotent. */
  close(): void;
}

/** Time to wait for another process that writes at this moment: its transactions take a few milliseconds. */
const BUSY_TIMEOUT_MS = 1000;

/** More than the driver opens for one database, beside what a thread that starts meanwhile does. */
const SPARE_FILES = 16;

/** Throws `files_exhausted`. The driver ends the process where it cannot open what it needs for itself: found out before it tries. */
function checkSpareFiles(file: string): void {
  const held: number[] = [];
  try {
    for (let count = 0; count < SPARE_FILES; count++) held.push(openSync(devNull, 'r'));
  } catch (cause) {
    const error = asGatewayError(cause);
    if (error.code === 'files_exhausted') throw new GatewayError(error.code, `Cannot open ${file}: ${error.message}`, { cause });
  } finally {
    for (const handle of held) closeSync(handle);
  }
}

function failed(file: string, doing: string, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GatewayError('audit_store_failed', `Cannot ${doing} ${file}: ${reason}`, { cause, details: { file } });
}

function asRow(value: unknown): Row {
  if (typeof value !== 'object' || value === null) return {};
  // The driver adds `_metadata` with its own timing to every row.
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== '_metadata'));
}

function wrap(file: string, connection: Database.Database, writable: boolean): StateDatabase {
  const statements = new Map<string, Database.Statement>();
  const prepare = (sql: string): Database.Statement => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = connection.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const guarded = <T>(doing: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw failed(file, doing, error);
    }
  };
  let open = true;
  let within = 0;
  return {
    file,
    run: (sql, values) => guarded('write', () => prepare(sql).run([...values]).changes),
    all: (sql, values) =>
      guarded('read', () =>
        prepare(sql)
          .all([...values])
          .map(asRow),
      ),
    transaction: (work) =>
      guarded('write', () => {
        // Counted here: the driver's own flag ends the process when it is asked of a closed connection.
        if (within > 0) return work();
        within += 1;
        try {
          return connection.transaction(work).immediate();
        } finally {
          within -= 1;
        }
      }),
    dataVersion: () => guarded('read', () => Number(asRow(prepare('PRAGMA data_version').get([]))['data_version'])),
    close: () => {
      if (!open) return;
      open = false;
      statements.clear();
      guarded('close', () => {
        try {
          // Puts everything into the one file, so that a copy of it is whole.
          if (writable) connection.pragma('wal_checkpoint(TRUNCATE)');
        } finally {
          connection.close();
        }
      });
    },
  };
}

/** What SQLite keeps beside the file. */
const SIDE_FILES = ['', '-wal', '-shm', '-journal'];

/** Throws when something else than a file bears one of the names: opening a named pipe waits for somebody to write into it. */
function checkRegular(file: string): void {
  for (const name of SIDE_FILES.map((end) => file + end)) {
    const found = statSync(name, { throwIfNoEntry: false });
    if (found === undefined || found.isFile()) continue;
    const kind = found.isDirectory() ? 'a folder' : found.isFIFO() ? 'a named pipe' : 'a socket or device';
    throw new GatewayError('audit_store_failed', `Expected ${name} to be a regular file, got ${kind}`, { details: { file: name } });
  }
}

/** Creates the file first, so that it is private from its first byte on; SQLite gives its side files the same mode. */
function createPrivate(file: string): void {
  makeFolder(path.dirname(file));
  checkRegular(file);
  closeSync(openSync(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK, 0o600));
  chmodSync(file, 0o600);
}

/** Opens or creates the state file and brings its schema up to date. */
export function openStateDatabase(file: string): StateDatabase {
  try {
    createPrivate(file);
    checkSpareFiles(file);
    const connection = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      connection.pragma('journal_mode = WAL');
      // FULL syncs each commit: an activation that was answered survives a power cut. There are few of them.
      connection.pragma('synchronous = FULL');
      migrate(connection);
      return wrap(file, connection, true);
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    throw failed(file, 'open', error);
  }
}

/** Opens the state file for reading alone, beside a running gateway. It has to exist. */
export function openStateReader(file: string): StateDatabase {
  if (!existsSync(file)) {
    throw new GatewayError('audit_store_failed', `Expected an audit trail at ${file}`, { details: { file } });
  }
  try {
    checkRegular(file);
    checkSpareFiles(file);
    const connection = new Database(`${pathToFileURL(file).href}?mode=ro`, { timeout: BUSY_TIMEOUT_MS });
    try {
      const version = Number(asRow(connection.prepare('PRAGMA user_version').get([]))['user_version']);
      if (version !== SCHEMA_VERSION) {
        throw new GatewayError('audit_store_failed', `Expected schema ${SCHEMA_VERSION} in ${file}, got ${version}`, { details: { file } });
      }
      return wrap(file, connection, false);
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    throw failed(file, 'open', error);
  }
}
