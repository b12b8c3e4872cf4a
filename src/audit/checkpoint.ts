import { createHash } from 'node:crypto';
import * as z from 'zod';

/**
 * A signed word about the chain: row `seq` has this hash. `adopted`: rows from before there was a chain; `periodic`: every so many rows;
 * `shutdown`; `trimmed`: the rows up to it were let go by retention.
 */
export const checkpointSchema = z.object({
  number: z.int().min(1),
  kind: z.enum(['adopted', 'periodic', 'shutdown', 'trimmed']),
  seq: z.int().min(0),
  hash: z.string(),
  at: z.string(),
  /** SHA-256 of the signature of the checkpoint before it. */
  previous: z.string(),
  key_id: z.string(),
  signature: z.string(),
});

export type Checkpoint = z.output<typeof checkpointSchema>;

/** What is signed. */
export function checkpointText({ number, kind, seq, hash, at, previous, key_id }: Omit<Checkpoint, 'signature'>): string {
  return JSON.stringify(['audit-checkpoint', 1, number, kind, seq, hash, at, previous, key_id]);
}

export function signatureHash({ signature }: Pick<Checkpoint, 'signature'>): string {
  return createHash('sha256').update(signature).digest('hex');
}

/** As `/status` and the log show it and `audit verify --expect` takes it. */
export function checkpointName({ seq, hash }: Pick<Checkpoint, 'seq' | 'hash'>): string {
  return `${seq}:${hash.slice(0, 16)}`;
}
