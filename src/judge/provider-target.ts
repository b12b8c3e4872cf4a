import type { LlmSettings } from '../config/llm.js';
import type { Secret } from '../config/secret.js';
import { GatewayError } from '../errors.js';

/** One model at one address. */
export interface ProviderTarget {
  readonly provider: string;
  /** As the provider names it. */
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey: Secret | undefined;
}

/** Providers that run on this machine and want no key, with the address that each listens on by itself. */
const LOCAL: Readonly<Record<string, string>> = {
  ollama: 'http://127.0.0.1:11434/v1',
  vllm: 'http://127.0.0.1:8000/v1',
  lm_studio: 'http://127.0.0.1:1234/v1',
};

const ADDRESSES: Readonly<Record<string, string>> = { ...LOCAL, openai: 'https://api.openai.com/v1' };

/** First parts of `provider/model` that name a provider; any other first part belongs to the name of the model. */
const PROVIDERS: ReadonlySet<string> = new Set([
  ...Object.keys(ADDRESSES),
  ...['anthropic', 'azure', 'bedrock', 'cerebras', 'deepseek', 'fireworks', 'gemini', 'groq', 'litellm', 'mistral', 'openrouter'],
  ...['perplexity', 'together', 'vertex', 'xai'],
]);

function split(name: string): { readonly provider: string | undefined; readonly model: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0)).toLowerCase().replaceAll('-', '_');
  return slash > 0 && PROVIDERS.has(first) ? { provider: first, model: name.slice(slash + 1) } : { provider: undefined, model: name };
}

function invalid(message: string): GatewayError {
  return new GatewayError('config_invalid', message);
}

/** The model to ask, then the fallbacks. Throws `config_invalid` when a model, an address or a key is missing. */
export function providerTargets(llm: LlmSettings, fallbacks: readonly string[]): readonly [ProviderTarget, ...ProviderTarget[]] {
  if (llm.model === undefined) {
    throw invalid('guardrail.judge.llm.model: Expected the model to ask, as provider/model');
  }
  const first = primary(llm, llm.model);
  return [first, ...fallbacks.map((name) => fallback(name, first, llm.baseUrl !== undefined))];
}

function primary(llm: LlmSettings, name: string): ProviderTarget {
  const named = split(name);
  const chosen = llm.provider?.toLowerCase().replaceAll('-', '_');
  // A provider that is set by itself leaves the model alone, but for its own name in front.
  const provider = chosen ?? named.provider ?? 'custom';
  const own = `${llm.provider ?? provider}/`.toLowerCase();
  const model = name.toLowerCase().startsWith(own) ? name.slice(own.length) : chosen === undefined ? named.model : name;
  const baseUrl = llm.baseUrl ?? ADDRESSES[provider];
  if (baseUrl === undefined) {
    throw invalid(
      `guardrail.judge.llm.base_url: Expected the address of an OpenAI-compatible endpoint for the model ${JSON.stringify(name)}`,
    );
  }
  if (model === '') throw invalid(`guardrail.judge.llm.model: Expected provider/model, got ${JSON.stringify(name)}`);
  if (provider === 'openai' && llm.baseUrl === undefined && llm.apiKey === undefined) {
    throw invalid('guardrail.judge.llm.api_key_env: Expected an API key in the variable that it names, or in DEFENSECLAW_LLM_KEY');
  }
  return { provider, model, baseUrl, apiKey: llm.apiKey };
}

/**
 * Another model at the same endpoint, or one of a provider on this machine. A key is sent to no other provider than the
 * one it was configured for, so a foreign provider is taken only where the configured address routes to several.
 */
function fallback(name: string, first: ProviderTarget, routed: boolean): ProviderTarget {
  const { provider, model } = split(name);
  if (provider === undefined || provider === first.provider) return { ...first, model };
  const local = LOCAL[provider];
  if (local !== undefined) return { provider, model, baseUrl: local, apiKey: undefined };
  if (routed) return { ...first, model: name };
  throw invalid(`guardrail.judge.fallbacks: Expected a model of ${first.provider} or of a local provider, got ${JSON.stringify(name)}`);
}
