import type { Config } from '../config/config.js';
import { ensureToken } from '../config/first-boot.js';
import { createLogger } from '../telemetry/logger.js';
import { startGateway } from './gateway.js';
import type { Gateway } from './gateway.js';

/** A gateway started for a person: where its token is belongs to what they need to know. */
export interface BootedGateway extends Gateway {
  /** Where the token was found, or that it was made just now. Never the token. */
  readonly tokenSource: string;
}

/** Token and log from the configuration, then the gateway. Throws what {@link startGateway} does, `config_*`. */
export async function bootGateway(config: Config, version: string): Promise<BootedGateway> {
  const { token, source, created } = await ensureToken(config);
  const log = createLogger({ level: config.log.level, format: config.log.format, secrets: [token] });
  for (const warning of config.warnings) log.warn({}, warning);
  const gateway = await startGateway({ config, token, log, version });
  return Object.assign(gateway, { tokenSource: created ? `${source} (made on this first start)` : source });
}
