import { GatewayError } from '../errors.js';

/** Nesting that the codec follows: far beyond what policies build, far below what the stack of a worker takes. */
export const MAX_VALUE_DEPTH = 1024;

/** Throws `value_too_deep` once `depth` passes {@link MAX_VALUE_DEPTH}. */
export function checkDepth(depth: number): void {
  if (depth > MAX_VALUE_DEPTH) throw new GatewayError('value_too_deep', `Expected a value nested at most ${MAX_VALUE_DEPTH} levels deep`);
}
