import type { Config } from '../config/config.js';
import { requireToken } from '../config/token.js';
import { createGatewayClient } from './gateway-client.js';
import type { GatewayClient } from './gateway-client.js';
import { configFromFlags } from './settings.js';
import type { SettingFlags } from './settings.js';
import { trustOf } from './trust.js';

/** A client for the gateway that the flags and the configuration name; `patience` is how many ms a call may take. Throws `token_missing`, `config_*`, `tls_invalid`. */
export function openGateway(flags: SettingFlags, patience?: (config: Config) => number): GatewayClient {
  const config = configFromFlags(flags);
  const { api_bind: bind, api_port: port } = config.gateway;
  return createGatewayClient({
    bind,
    port,
    token: requireToken(config).token,
    trust: trustOf(config),
    ...(patience === undefined ? {} : { timeoutMs: patience(config) }),
  });
}
