import { existsSync } from 'node:fs';
import { GatewayError } from '../errors.js';
import { createExplain } from '../gateway/explain.js';
import { createInterpreter } from '../gateway/interpret.js';
import { addressOf, openGatewayHistory } from '../gateway/open-gateway-history.js';
import { createPolicyEngine } from '../gateway/policy-engine.js';
import { createPolicyHistory } from '../gateway/policy-history.js';
import type { PolicyHistory } from '../gateway/policy-history.js';
import type { Explain } from '../http/opa/explain.js';
import { silentLog } from '../log.js';
import { configFromFlags } from './settings.js';
import type { SettingFlags } from './settings.js';

/** Looks into the history of the data folder; a gateway may be writing into it at the same time, or none may run. Throws `history_unknown`. */
export async function withLocalHistory<T>(
  flags: SettingFlags,
  version: string,
  look: (history: PolicyHistory, explain: Explain) => Promise<T>,
): Promise<T> {
  const config = configFromFlags(flags);
  if (!existsSync(config.paths.historyDir)) {
    throw new GatewayError('history_unknown', `no policy has been kept yet in ${config.paths.historyDir}`);
  }
  const history = openGatewayHistory(config, version, silentLog);
  const heads = await history.heads();
  const head = heads.find(({ address }) => address === addressOf(config)) ?? heads[0];
  const parts = createPolicyEngine({ config, policyDir: head?.policyDir ?? config.paths.policyDir, log: silentLog, history });
  try {
    return await look(
      createPolicyHistory({ history, parts, head, decisionsDir: config.paths.decisionsDir }),
      createExplain(createInterpreter(parts.compiler)),
    );
  } finally {
    await parts.close();
  }
}
