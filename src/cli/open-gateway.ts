import type { Config } from '../config/config.js';
import { asGatewayError } from '../errors.js';
import type { GatewayError } from '../errors.js';
import { requireToken } from '../config/token.js';
import { createGatewayClient } from './gateway-client.js';
import type { GatewayClient } from './gateway-client.js';
import { configFromFlags } from './settings.js';
import type { SettingFlags } from './settings.js';
import { trustOf } from './trust.js';

/** A client for the gateway that the flags and the configuration name; `patience` is how many ms a call may take. Throws `token_missing`, `config_*`, `tls_invalid`. */
export function openGateway(flags: SettingFlags, patience?: (config: Config) => number): GatewayClient {
  return clientOf(configFromFlags(flags), patience);
}

/**
 * The same where the configuration file cannot be used: with what flags, environment and defaults say, and what is wrong with the file. A gateway
 * runs on with the settings of before, and who asks it wants to see that.
 */
export function openGatewayAnyway(flags: SettingFlags): { readonly client: GatewayClient; readonly problem?: GatewayError } {
  try {
    return { client: openGateway(flags) };
  } catch (thrown) {
    const problem = asGatewayError(thrown);
    if (problem.code !== 'config_invalid' && problem.code !== 'config_unreadable') throw thrown;
    try {
      return { client: clientOf(configFromFlags(flags, { withoutFile: true })), problem };
    } catch {
      throw thrown;
    }
  }
}

function clientOf(config: Config, patience?: (config: Config) => number): GatewayClient {
  const { api_bind: bind, api_port: port } = config.gateway;
  return createGatewayClient({
    bind,
    port,
    token: requireToken(config).token,
    trust: trustOf(config),
    ...(patience === undefined ? {} : { timeoutMs: patience(config) }),
  });
}
