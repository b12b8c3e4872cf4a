import { readFileSync } from 'node:fs';
import type { ChainedEvent } from '../audit/chain.js';
import { checkpointSchema } from '../audit/checkpoint.js';
import type { Checkpoint } from '../audit/checkpoint.js';
import { fault } from '../audit/fault.js';
import type { Fault } from '../audit/fault.js';
import { GatewayError } from '../errors.js';

/** An export of the trail, as `audit export` writes it. */
export interface ExportedTrail {
  rows(): readonly ChainedEvent[];
  checkpoints(): readonly Checkpoint[];
  /** The first line that is not what was written. */
  readonly damage: Fault | undefined;
  close(): void;
}

/** Throws `usage` for a file in which no line is one of an export. */
export function readExport(file: string): ExportedTrail {
  const rows: ChainedEvent[] = [];
  const checkpoints: Checkpoint[] = [];
  let damage: Fault | undefined;
  for (const [index, line] of read(file).split('\n').entries()) {
    if (line.trim() === '') continue;
    const value = parse(line);
    if (isRow(value)) rows.push(value);
    else {
      const parsed = checkpointSchema.safeParse(value?.['checkpoint']);
      if (parsed.success) checkpoints.push(parsed.data);
      else damage ??= damaged(index + 1, rows.at(-1)?.seq ?? 0);
    }
  }
  if (damage !== undefined && rows.length + checkpoints.length === 0)
    throw new GatewayError('usage', `${file}: Expected what \`audit export\` writes: one row or checkpoint a line, as JSON`);
  return { rows: () => rows, checkpoints: () => checkpoints, damage, close: () => undefined };
}

function damaged(line: number, after: number): Fault {
  return fault('changed', after + 1, `line ${line}, after row ${after}, was changed: it is neither a row nor a checkpoint any more`);
}

function isRow(value: Readonly<Record<string, unknown>> | undefined): value is Readonly<Record<string, unknown>> & ChainedEvent {
  return Number.isSafeInteger(value?.['seq']) && typeof value?.['prev_hash'] === 'string' && typeof value['hash'] === 'string';
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GatewayError('usage', `Cannot read ${file}`, { cause });
  }
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
