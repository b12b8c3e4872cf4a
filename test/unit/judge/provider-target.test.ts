import { describe, expect, it } from 'vitest';
import type { LlmSettings } from '../../../src/config/llm.js';
import { Secret } from '../../../src/config/secret.js';
import { providerTargets } from '../../../src/judge/provider-target.js';

const key = new Secret('k');
const none: LlmSettings = { model: undefined, provider: undefined, baseUrl: undefined, apiKey: undefined, timeoutMs: 1, maxRetries: 0 };
const BASE = 'http://models.internal/v1';

describe('the models of the judge', () => {
  const cases: readonly [settings: Partial<LlmSettings>, provider: string, model: string, baseUrl: string][] = [
    [{ model: 'ollama/llama3.2' }, 'ollama', 'llama3.2', 'http://127.0.0.1:11434/v1'],
    [{ model: 'vllm/meta-llama/Llama-3' }, 'vllm', 'meta-llama/Llama-3', 'http://127.0.0.1:8000/v1'],
    [{ model: 'lm-studio/qwen' }, 'lm_studio', 'qwen', 'http://127.0.0.1:1234/v1'],
    [{ model: 'meta-llama/Llama-3', baseUrl: BASE }, 'custom', 'meta-llama/Llama-3', BASE],
    [{ model: 'meta-llama/Llama-3', provider: 'vllm', baseUrl: BASE }, 'vllm', 'meta-llama/Llama-3', BASE],
    [{ model: 'acme/large', provider: 'acme', baseUrl: BASE }, 'acme', 'large', BASE],
    [{ model: 'groq/small', baseUrl: BASE, apiKey: key }, 'groq', 'small', BASE],
    [{ model: 'plain', baseUrl: BASE }, 'custom', 'plain', BASE],
  ];
  it.each(cases)('%j is %s, %s at %s', (settings, provider, model, baseUrl) => {
    expect(providerTargets({ ...none, ...settings }, [])).toMatchObject([{ provider, model, baseUrl, apiKey: settings.apiKey }]);
  });

  it.each([
    ['no model', {}, [], 'llm.model'],
    ['no address for a provider that is not known', { model: 'acme/large' }, [], 'llm.base_url'],
    ['no key for a provider that wants one', { model: 'openai/gpt' }, [], 'api_key_env'],
    ['only a provider', { model: 'ollama/' }, [], 'llm.model'],
    ['a fallback that would need another key', { model: 'openai/gpt', apiKey: key }, ['groq/small'], 'fallbacks'],
  ])('are refused with %s', (_what, settings, fallbacks, setting) => {
    const call = (): unknown => providerTargets({ ...none, ...settings }, fallbacks);
    expect(call).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    expect(call).toThrow(setting);
  });

  it('give the key to no other provider than its own', () => {
    const targets = providerTargets({ ...none, model: 'openai/gpt', apiKey: key }, ['openai/small', 'ollama/llama', 'mini']);
    expect(targets.map(({ model, apiKey }) => [model, apiKey])).toEqual([
      ['gpt', key],
      ['small', key],
      ['llama', undefined],
      ['mini', key],
    ]);
  });

  it('leave a foreign fallback to an address that routes', () => {
    const [, routed] = providerTargets({ ...none, model: 'litellm/a', baseUrl: BASE, apiKey: key }, ['groq/small']);
    expect(routed).toMatchObject({ model: 'groq/small', baseUrl: BASE });
  });
});
