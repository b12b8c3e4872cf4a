import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import { processEnvironment } from '../config/environment.js';
import { ensureToken } from '../config/first-boot.js';
import { besideText, modulesBeside } from '../policy/inventory.js';
import type { PendingConfig } from '../http/deps.js';
import type { Log } from '../log.js';
import { createLogger, isJsonLog } from '../telemetry/logger.js';
import type { GatewayEvaluator } from './gateway-evaluator.js';
import { createServiceManager } from './service-manager/service-manager.js';
import { watchConfig } from './watch-config.js';
import { startGateway } from './gateway.js';
import type { Gateway, GatewayOptions } from './gateway.js';

/** A gateway started for a person: where its token is belongs to what they need to know. */
export interface BootedGateway extends Gateway {
  /** Where the token was found, or that it was made just now. Never the token. */
  readonly tokenSource: string;
  /** Reloads the policies, as an operator's reload does. */
  reload(by: string): Promise<void>;
  /** Says for people, or as a line of the log where that is JSON, that it is up. */
  announce(banner: () => string): void;
  /** Leaves, waits for the clients to go, drains and stops; a line in the log for each step. */
  shutDown(reason: string): Promise<void>;
}

/** Time for whoever asks whether it is ready to notice that it is not. Nobody does on a terminal. */
const SHUTDOWN_WAIT_MS = 3_000;

export interface BootOptions {
  readonly config: Config;
  /** The configuration as it would be at a start now. */
  readonly load: () => Config;
  readonly version: string;
  readonly evaluator?: GatewayEvaluator | undefined;
  readonly ahead?: GatewayOptions['ahead'];
}

/** Token and log from the configuration, then the gateway. Throws what {@link startGateway} does, `config_*`. */
export async function bootGateway({ config, load, version, evaluator, ahead }: BootOptions): Promise<BootedGateway> {
  const { token, source, created } = await ensureToken(config);
  const log = createLogger({ level: config.log.level, format: config.log.format, secrets: [token] });
  for (const warning of config.warnings) log.warn({}, warning);
  let pending: PendingConfig = { needsRestart: [] };
  const gateway = await startGateway({ config, token, log, version, evaluator, ahead, pendingConfig: () => pending });
  // Decisions are answered, and nobody has to wait for a look over the whole folder. Never rejects.
  void warnOfUnread(gateway.policyDir, log);
  const manager = createServiceManager({ environment: processEnvironment(), log });
  for (const event of ['reloaded', 'unchanged', 'rejected', 'held'] as const)
    gateway.engine.on(event, (outcome) => manager.attempted(outcome));
  void gateway.ready.then(() => manager.ready(gateway.engine.lastOutcome));
  const tokenSource = created ? `${source} (made on this first start)` : source;
  const stopWatching = watchConfig({
    config,
    log,
    load,
    adopt: (next) => [...adoptLevel(next), ...gateway.adoptGuardrail(next.guardrail)],
    onPending: (now) => {
      pending = now;
    },
  });
  let level = config.log.level;
  function adoptLevel(next: Config): string[] {
    if (next.log.level === level) return [];
    level = next.log.level;
    log.setLevel(level);
    return ['log.level'];
  }
  return Object.assign(gateway, {
    tokenSource,
    async reload(by: string) {
      await manager.reloading(() => gateway.engine.reload('signal', { by }));
    },
    announce(banner: () => string) {
      const { url, policyDir, watching, engine } = gateway;
      if (isJsonLog(config.log.format)) {
        const fields = { url, policy_dir: policyDir ?? null, watching, revision: engine.current?.id ?? null, token_source: tokenSource };
        // Whatever the level: it is no event among others, and who started the gateway waits for it.
        createLogger({ format: 'json', secrets: [token] }).info(fields, `listening on ${url}`);
      } else process.stderr.write(`${banner()}\n`);
    },
    async shutDown(reason: string) {
      const wait = config.gateway.shutdown_wait ?? (process.stderr.isTTY ? 0 : SHUTDOWN_WAIT_MS);
      log.info({ reason, wait_ms: wait }, 'not ready any more: shutting down, each answer closes its connection');
      stopWatching();
      gateway.leave();
      await Promise.all([manager.stopping(), pause(wait)]);
      await gateway.close();
      log.info({}, 'stopped');
    },
  });
}

async function warnOfUnread(policyDir: string | undefined, log: Log): Promise<void> {
  const beside = policyDir === undefined ? undefined : await modulesBeside(policyDir);
  if (beside !== undefined) log.warn({ ...beside }, besideText(beside));
}
