import { GatewayError } from '../errors.js';
import type { Config } from './config.js';
import { processEnvironment, readEnvironment, type ProcessEnvironment } from './environment.js';

/** The API token and where it was found. */
export interface ResolvedToken {
  readonly token: string;
  /** For people: `DEFENSECLAW_GATEWAY_TOKEN in /home/u/.defenseclaw/.env`, `gateway.token in <config file>`. */
  readonly source: string;
}

/** Variable that the first boot writes. */
export const TOKEN_VARIABLE = 'DEFENSECLAW_GATEWAY_TOKEN';

/** A token travels in an HTTP header: visible ASCII alone gets there unharmed. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

function checked(token: string, source: string): ResolvedToken {
  if (TOKEN.test(token)) return { token, source };
  throw new GatewayError('config_invalid', `${source}: Expected a token of 1 to 4096 visible ASCII characters without spaces`);
}

/**
 * The token ladder: the variable named by `gateway.token_env`, then `DEFENSECLAW_GATEWAY_TOKEN`, then
 * `OPENCLAW_GATEWAY_TOKEN` (each from the environment, else from the `.env` files of the home and the data folder), then
 * `gateway.token`. Creates nothing; undefined when there is no token. Throws `config_invalid`, `config_unreadable`.
 */
export function resolveToken(config: Config, env: ProcessEnvironment = processEnvironment()): ResolvedToken | undefined {
  const environment = readEnvironment(env, [config.paths.home, config.paths.dataDir]);
  for (const name of [config.gateway.token_env, TOKEN_VARIABLE, 'OPENCLAW_GATEWAY_TOKEN']) {
    const entry = environment.get(name);
    if (entry !== undefined) return checked(entry.value, `${name} in ${entry.origin === 'environment' ? 'the environment' : entry.origin}`);
  }
  const literal = config.gateway.token?.reveal() ?? '';
  return literal === '' ? undefined : checked(literal, `gateway.token in ${config.paths.configFile}`);
}

/** The token, or `token_missing`: for callers that cannot go on without one. */
export function requireToken(config: Config, env: ProcessEnvironment = processEnvironment()): ResolvedToken {
  const found = resolveToken(config, env);
  if (found === undefined) throw new GatewayError('token_missing', 'No gateway token is configured');
  return found;
}
