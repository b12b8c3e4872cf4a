import { readBounded } from '../config/bounded-file.js';
import type { Config } from '../config/config.js';
import { MAX_CONFIG_BYTES } from '../config/config-file.js';
import { Secret } from '../config/secret.js';
import { listSettings } from '../config/setting.js';
import { asGatewayError } from '../errors.js';
import { isRecord, memberOf } from '../is-record.js';
import type { PendingConfig } from '../http/deps.js';
import type { Log } from '../log.js';

/** How often the file is looked at, in ms. */
const LOOK_MS = 1_000;

export interface ConfigWatch {
  readonly config: Config;
  readonly log: Log;
  /** The settings as they would be at a start now. Throws `config_*`. */
  readonly load: () => Config;
  /** Takes over what can change while it runs. Returns the names of the settings that did. */
  readonly adopt: (config: Config) => readonly string[];
  /** Told after each change what the file holds that the gateway does not run with. */
  readonly onPending?: (pending: PendingConfig) => void;
  readonly lookMs?: number;
}

/**
 * Looks at the config file, and says of each change what of it is live and what waits for a restart. One that cannot be used changes nothing, and
 * is said. Returns what stops it.
 */
export function watchConfig({ config, log, load, adopt, onPending, lookMs = LOOK_MS }: ConfigWatch): () => void {
  const file = config.paths.configFile;
  let seen = contentOf(file);
  let judged = seen;
  const running = valuesOf(config);
  let broken = false;

  /** Two looks have to see the same: an editor may write the file in steps. */
  function look(): void {
    const now = contentOf(file);
    const settled = now === seen && now !== judged;
    seen = now;
    if (!settled) return;
    judged = now;
    try {
      take(load());
    } catch (thrown) {
      const { code, message } = asGatewayError(thrown);
      broken = true;
      onPending?.({ needsRestart: [], problem: message });
      log.error({ code, file }, `the configuration cannot be used, the one of before stays: ${message}`);
    }
  }

  function take(next: Config): void {
    const values = valuesOf(next);
    const live = adopt(next);
    const changed = [...values].filter(([name, value]) => value !== running.get(name)).map(([name]) => name);
    // What the gateway wrote into the file itself is live already, and is not told again.
    const restart = changed.filter((name) => !LIVE.has(name));
    onPending?.({ needsRestart: restart });
    const mended = broken;
    broken = false;
    if (live.length === 0 && restart.length === 0) {
      if (mended) log.info({ file }, 'the configuration can be used again: it is the one that runs');
      return;
    }
    const told = [
      ...(live.length === 0 ? [] : [`live: ${live.join(', ')}`]),
      ...(restart.length === 0 ? [] : [`needs a restart: ${restart.join(', ')}`]),
    ];
    log[restart.length === 0 ? 'info' : 'warn']({ file, live, restart }, `configuration changed; ${told.join('; ')}`);
  }

  const timer = setInterval(look, lookMs).unref();
  return () => clearInterval(timer);
}

/** Settings that change while the gateway runs. */
const LIVE: ReadonlySet<string> = new Set([
  'log.level',
  'guardrail.mode',
  'guardrail.scanner_mode',
  'guardrail.block_message',
  'guardrail.connector',
  'guardrail.hilt.enabled',
  'guardrail.hilt.min_severity',
]);

function contentOf(file: string): string {
  try {
    const bytes = readBounded(file, MAX_CONFIG_BYTES);
    return bytes === undefined ? 'absent' : `bytes ${Buffer.from(bytes).toString('latin1')}`;
  } catch (thrown) {
    return `error ${asGatewayError(thrown).message}`;
  }
}

/** Each setting by its dotted name, as text that can be compared. Never shown: secrets are among them. */
function valuesOf(config: Config): Map<string, string> {
  return new Map(listSettings().map(({ path }) => [path.join('.'), comparable(path.reduce<unknown>(memberOf, config))]));
}

function comparable(value: unknown): string {
  if (value instanceof Secret) return value.reveal();
  return value === undefined ? '' : JSON.stringify(revealed(value));
}

/** A map with the credentials in it: what changed is to be noticed. */
function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, revealed(member)])) : value;
}
