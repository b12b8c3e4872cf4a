import { requireToken } from '../config/token.js';
import { createGatewayClient } from './gateway-client.js';
import type { GatewayClient } from './gateway-client.js';
import { configFromFlags } from './settings.js';
import type { SettingFlags } from './settings.js';

/** A client for the gateway that the flags and the configuration name. Throws `token_missing`. */
export function openGateway(flags: SettingFlags): GatewayClient {
  const config = configFromFlags(flags);
  return createGatewayClient({ bind: config.gateway.api_bind, port: config.gateway.api_port, token: requireToken(config).token });
}
