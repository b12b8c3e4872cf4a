import type { Config } from './config.js';
import { processEnvironment, readEnvironment, type Environment, type ProcessEnvironment } from './environment.js';
import { Secret } from './secret.js';

/** The judge's provider with everything decided. */
export interface LlmSettings {
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly baseUrl: string | undefined;
  readonly apiKey: Secret | undefined;
  /** Milliseconds of one call. */
  readonly timeoutMs: number;
  readonly maxRetries: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RETRIES = 2;

function findKey(config: Config, environment: Environment): Secret | undefined {
  const own = config.guardrail.judge.llm;
  const name = own.api_key_env ?? config.llm.api_key_env;
  const named = name === undefined ? undefined : environment.get(name)?.value;
  if (named !== undefined) return new Secret(named);
  const shared = environment.get('DEFENSECLAW_LLM_KEY')?.value;
  return own.api_key ?? config.llm.api_key ?? (shared === undefined ? undefined : new Secret(shared));
}

/**
 * `guardrail.judge.llm` over `llm`, key by key. The API key: the variable named by `api_key_env`, then `api_key`, then
 * `DEFENSECLAW_LLM_KEY`; variables may stand in the `.env` files. Throws `config_unreadable`.
 */
export function resolveLlm(config: Config, env: ProcessEnvironment = processEnvironment()): LlmSettings {
  const own = config.guardrail.judge.llm;
  const shared = config.llm;
  return {
    model: own.model ?? shared.model,
    provider: own.provider ?? shared.provider,
    baseUrl: own.base_url ?? shared.base_url,
    apiKey: findKey(config, readEnvironment(env, [config.paths.home, config.paths.dataDir])),
    timeoutMs: own.timeout ?? shared.timeout ?? DEFAULT_TIMEOUT_MS,
    maxRetries: own.max_retries ?? shared.max_retries ?? DEFAULT_RETRIES,
  };
}
