import { GatewayError } from '../../errors.js';
import type { HttpLimits } from '../deps.js';
import { isObjectAt, members } from '../json/scan.js';
import { topLevel } from './envelope.js';

/** One input of a batch, under the caller's name for it. */
export interface BatchInput {
  readonly name: string;
  readonly input: Uint8Array;
}

/** Reads `{"inputs": {name: input, …}}`; of repeated names the last stands. Throws `evaluation_input_invalid`. */
export function readBatch(
  body: Uint8Array,
  { maxBatch, maxInputDepth }: Pick<HttpLimits, 'maxBatch' | 'maxInputDepth'>,
): readonly BatchInput[] {
  const envelope = topLevel(body, maxInputDepth + 1);
  if (envelope.some(({ name }) => name === 'common_input')) throw invalid('common_input is not available: put it into each input');
  const inputs = envelope.findLast(({ name }) => name === 'inputs');
  if (inputs === undefined || !isObjectAt(body, inputs.start)) throw invalid("body must hold an object 'inputs'");
  const named = new Map(members(body, inputs.start).map(({ name, start, end }) => [name, body.subarray(start, end)]));
  if (named.size > maxBatch) throw invalid(`Expected at most ${maxBatch} inputs, got ${named.size}`);
  return [...named].map(([name, input]) => ({ name, input }));
}

function invalid(message: string): GatewayError {
  return new GatewayError('evaluation_input_invalid', message);
}

/** Maps with at most `width` calls under way, so that one batch cannot fill the queue that all requests share. */
export async function mapBounded<T, R>(items: readonly T[], width: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  async function drain(): Promise<void> {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await map(items[index] as T);
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, drain));
  return results;
}
