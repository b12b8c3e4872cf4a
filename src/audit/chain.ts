import { createHash } from 'node:crypto';
import { FIELDS } from './columns.js';
import type { AuditEvent } from './event.js';

/** What the first row of all is chained to. */
export const CHAIN_START = '0'.repeat(64);

/** A row with its place in the chain. */
export interface ChainedEvent extends AuditEvent {
  readonly seq: number;
  /** {@link hash} of the row before it. */
  readonly prev_hash: string;
  /** {@link rowHash} of this row. */
  readonly hash: string;
}

/** SHA-256 over everything that a row says, its place and the row before it included. */
export function rowHash(seq: number, previous: string, event: AuditEvent): string {
  const framed = JSON.stringify([seq, previous, ...FIELDS.map((field) => event[field] ?? null)]);
  return createHash('sha256').update(framed).digest('hex');
}
