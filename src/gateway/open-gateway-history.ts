import { createHash } from 'node:crypto';
import type { Config } from '../config/config.js';
import { openHistory } from '../history/history.js';
import type { History } from '../history/history.js';
import { readHead } from '../history/kept-head.js';
import type { KeptHead } from '../history/kept-head.js';
import { localSocketOf } from '../http/local-socket.js';
import type { Log } from '../log.js';
import type { GatewayEvaluator } from './gateway-evaluator.js';

/** The revision store of the data folder, as this gateway writes into it. */
export function openGatewayHistory(config: Config, version: string, log: Log): History {
  const { paths, history } = config;
  return openHistory({
    folder: paths.historyDir,
    instance: instanceOf(config),
    policyDir: paths.policyDir ?? '',
    address: addressOf(config),
    version,
    keep: history.keep,
    maxBytes: history.max_bytes,
    log,
  });
}

/** See {@link readHead}; the evaluator makes ready for what the policy calls. */
export function readAhead(config: Config, evaluator?: GatewayEvaluator): KeptHead | undefined {
  return readHead(config.paths.historyDir, instanceOf(config), (builtins) => evaluator?.evaluator.expect(builtins));
}

/** Where the gateway listens, as configured. */
export function addressOf({ gateway }: Pick<Config, 'gateway'>): string {
  const { api_bind: bind, api_port: port } = gateway;
  return localSocketOf(bind) === undefined ? `${bind}:${port}` : bind;
}

/** The same at the next start of this gateway, another for a second one on the same data folder: what it serves, and where. */
export function instanceOf({ paths, gateway }: Config): string {
  const subject = JSON.stringify([paths.policyDir ?? '', gateway.api_bind, gateway.api_port]);
  return createHash('sha256').update(subject).digest('hex').slice(0, 12);
}
