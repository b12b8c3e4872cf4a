import { GatewayError } from '../errors.js';

/** An evaluation that ran past its deadline. */
export function timedOut(timeoutMs: number): GatewayError {
  return new GatewayError('evaluation_timeout', `The evaluation did not end within ${timeoutMs} ms`, { details: { timeoutMs } });
}
