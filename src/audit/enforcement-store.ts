import { randomUUID } from 'node:crypto';
import { GatewayError } from '../errors.js';
import type { Row, SqlValue, StateDatabase } from './database.js';

export type EnforcementKind = 'block' | 'allow';

/** One entry of the block or the allow list, named as it is printed. */
export interface EnforcementEntry {
  readonly id: string;
  readonly target_type: string;
  readonly target_name: string;
  readonly reason: string;
  /** The entry counts only for targets at or below this path. */
  readonly source_path?: string;
  readonly updated_at: string;
}

/** What to put on a list. */
export interface EnforcementTarget {
  readonly targetType: string;
  readonly targetName: string;
  readonly reason: string;
  readonly sourcePath?: string;
}

/** Both lists at one moment, newest first. The same object as long as nothing was written. */
export interface EnforcementLists {
  readonly blocked: readonly EnforcementEntry[];
  readonly allowed: readonly EnforcementEntry[];
}

/**
 * The block and allow lists. A target is on one of them at most: the later word counts.
 * Every method throws `audit_store_failed` when the file cannot be read or written: a failure is never an empty list.
 */
export interface EnforcementStore {
  block(target: EnforcementTarget): EnforcementEntry;
  allow(target: EnforcementTarget): EnforcementEntry;
  /** Takes the target off whichever list it is on. True when it was on one. */
  unblock(targetType: string, targetName: string): boolean;
  list(kind: EnforcementKind): readonly EnforcementEntry[];
  /** Both lists, read again only when somebody wrote. */
  lists(): EnforcementLists;
}

export interface EnforcementStoreOptions {
  readonly database: StateDatabase;
  readonly now?: () => Date;
  /** Entries on both lists together; every one travels with every admission. Default 10,000. */
  readonly maxEntries?: number;
  /** Time for which the lists are taken as read, unless this store wrote. Default 5 ms: a look at the file costs 10 us. */
  readonly recheckMs?: number;
}

/** Longest texts in UTF-16 units; a longer name is refused, since a cut one would name something else. */
const BOUNDS = { targetType: 256, targetName: 4096, reason: 4096, sourcePath: 4096 } as const;

function checkBounds(target: Readonly<Partial<Record<keyof typeof BOUNDS, string>>>): void {
  for (const [field, max] of Object.entries(BOUNDS)) {
    const value = target[field as keyof typeof BOUNDS];
    if (value === undefined) continue;
    if (value.length > max) throw new GatewayError('usage', `Expected ${field} of at most ${max} characters, got ${value.length}`);
    // The driver reads text up to the first NUL: the entry would name something else than was asked for.
    if (value.includes('\0')) throw new GatewayError('usage', `Expected ${field} without NUL characters`);
  }
}

function toEntry(row: Row): EnforcementEntry {
  const { source_path: sourcePath } = row;
  return Object.freeze({
    id: String(row['id']),
    target_type: String(row['target_type']),
    target_name: String(row['target_name']),
    reason: String(row['reason']),
    ...(typeof sourcePath === 'string' ? { source_path: sourcePath } : {}),
    updated_at: String(row['updated_at']),
  });
}

/** The lists of an open state file. Closing the file is its owner's business. */
export function createEnforcementStore(options: EnforcementStoreOptions): EnforcementStore {
  const { database, maxEntries = 10_000, recheckMs = 5 } = options;
  const now = options.now ?? ((): Date => new Date());
  let cached: { readonly version: number; readonly lists: EnforcementLists } | undefined;
  let checkedAt = -Infinity;

  function read(kind: EnforcementKind): readonly EnforcementEntry[] {
    const rows = database.all('SELECT * FROM enforcement WHERE kind = ? ORDER BY updated_at DESC, seq DESC', [kind]);
    return Object.freeze(rows.map(toEntry));
  }

  function lists(): EnforcementLists {
    const time = performance.now();
    if (cached !== undefined && time - checkedAt < recheckMs) return cached.lists;
    // Asked before reading: a write that comes between makes the next call read again. It also fails when the file does.
    const version = database.dataVersion();
    if (cached?.version !== version) cached = { version, lists: { blocked: read('block'), allowed: read('allow') } };
    checkedAt = time;
    return cached.lists;
  }

  function put(kind: EnforcementKind, target: EnforcementTarget): EnforcementEntry {
    checkBounds(target);
    const key: readonly SqlValue[] = [target.targetType, target.targetName];
    const values = [randomUUID(), kind, ...key, target.reason, target.sourcePath ?? null, now().toISOString()];
    try {
      return database.transaction(() => {
        // Removed and put in again, so that `seq` orders entries of one millisecond.
        database.run('DELETE FROM enforcement WHERE target_type = ? AND target_name = ?', key);
        const [count] = database.all('SELECT count(*) AS n FROM enforcement', []);
        if (Number(count?.['n']) >= maxEntries) {
          throw new GatewayError('enforcement_list_full', `Expected at most ${maxEntries} entries on the block and allow lists`);
        }
        const sql =
          'INSERT INTO enforcement (id, kind, target_type, target_name, reason, source_path, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *';
        const [row] = database.all(sql, values);
        if (row === undefined) throw new GatewayError('audit_store_failed', 'Expected the entry that was written, got nothing');
        return toEntry(row);
      });
    } finally {
      cached = undefined;
    }
  }

  return {
    block: (target) => put('block', target),
    allow: (target) => put('allow', target),
    unblock: (targetType, targetName) => {
      try {
        return database.run('DELETE FROM enforcement WHERE target_type = ? AND target_name = ?', [targetType, targetName]) > 0;
      } finally {
        cached = undefined;
      }
    },
    list: (kind) => (kind === 'block' ? lists().blocked : lists().allowed),
    lists,
  };
}
