import { GatewayError } from '../errors.js';
import type { GatewayAnswer } from './gateway-client.js';

/** The body of a good answer. Throws `gateway_refused` with the gateway's own words for any other status. */
export function requireOk(path: string, { status, body }: GatewayAnswer): unknown {
  if (status === 200) return body;
  const said = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : String(body);
  throw new GatewayError('gateway_refused', `${path} answered HTTP ${status}: ${said}`);
}
