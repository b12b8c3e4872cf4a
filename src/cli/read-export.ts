import { readFileSync } from 'node:fs';
import type { ChainedEvent } from '../audit/chain.js';
import { checkpointSchema } from '../audit/checkpoint.js';
import type { Checkpoint } from '../audit/checkpoint.js';
import { GatewayError } from '../errors.js';

/** An export of the trail, as `audit export` writes it. */
export interface ExportedTrail {
  rows(): readonly ChainedEvent[];
  checkpoints(): readonly Checkpoint[];
  close(): void;
}

/** Throws `usage` for a file that is no export of a whole trail. */
export function readExport(file: string): ExportedTrail {
  const rows: ChainedEvent[] = [];
  const checkpoints: Checkpoint[] = [];
  for (const [index, line] of read(file).split('\n').entries()) {
    if (line === '') continue;
    const value = parse(line, `${file}:${index + 1}`);
    if ('checkpoint' in value) checkpoints.push(checkpointOf(value['checkpoint'], `${file}:${index + 1}`));
    else rows.push(value as unknown as ChainedEvent);
  }
  return { rows: () => rows, checkpoints: () => checkpoints, close: () => undefined };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GatewayError('usage', `Cannot read ${file}`, { cause });
  }
}

function parse(line: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new GatewayError('usage', `${where}: Expected one JSON object a line`, { cause });
  }
  throw new GatewayError('usage', `${where}: Expected one JSON object a line`);
}

function checkpointOf(value: unknown, where: string): Checkpoint {
  const parsed = checkpointSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new GatewayError('usage', `${where}: Expected a checkpoint`, { cause: parsed.error });
}
