import { GatewayError } from '../errors.js';
import type { GatewayAnswer, GatewayClient } from './gateway-client.js';

/** The body of a good answer. Throws `token_missing` for 401, `gateway_refused` with the gateway's own words for any other status. */
export function requireOk(client: GatewayClient, path: string, { status, body }: GatewayAnswer): unknown {
  if (status === 200) return body;
  if (status === 401) throw new GatewayError('token_missing', `${client.base} refused the token`);
  const said = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : String(body);
  throw new GatewayError('gateway_refused', `${path} answered HTTP ${status}: ${said}`);
}
