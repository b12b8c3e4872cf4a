import OpenAI from 'openai';
import { memberOf } from '../is-record.js';
import { createBoundedFetch } from './bounded-fetch.js';
import { abortFailure, JudgeFailure } from './failure.js';
import type { ChatMessage } from './prompt.js';
import type { ProviderTarget } from './provider-target.js';

/** One call: messages in, text of the answer out. Throws {@link JudgeFailure}. */
export interface ChatClient {
  complete(messages: readonly ChatMessage[], signal: AbortSignal): Promise<string>;
}

const MAX_TOKENS = 1024;

/** A client for one model, without retries. `timeoutMs` bounds each call. */
export function createChatClient(target: ProviderTarget, timeoutMs: number): ChatClient {
  const client = new OpenAI({
    // The client insists on a key; without one, the header that would carry it is left out.
    apiKey: target.apiKey?.reveal() ?? 'none',
    ...(target.apiKey === undefined ? { defaultHeaders: { Authorization: null } } : {}),
    baseURL: target.baseUrl,
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: timeoutMs,
    fetch: createBoundedFetch(),
    logLevel: 'off',
  });
  // Some endpoints refuse JSON mode: then the prompt alone asks for JSON.
  let jsonMode = true;

  async function call(messages: readonly ChatMessage[], signal: AbortSignal): Promise<string> {
    const wanted = jsonMode;
    try {
      return textOf(await client.chat.completions.create(bodyOf(target, messages, wanted), { signal }));
    } catch (thrown) {
      if (!wanted || !(thrown instanceof OpenAI.BadRequestError)) throw thrown;
      const text = textOf(await client.chat.completions.create(bodyOf(target, messages, false), { signal }));
      jsonMode = false;
      return text;
    }
  }

  return {
    async complete(messages, signal) {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      try {
        return await call(messages, bounded);
      } catch (thrown) {
        throw failureOf(thrown, bounded);
      }
    },
  };
}

function bodyOf(
  target: ProviderTarget,
  messages: readonly ChatMessage[],
  jsonMode: boolean,
): OpenAI.Chat.ChatCompletionCreateParamsNonStreaming {
  return {
    model: target.model,
    messages: [...messages],
    stream: false,
    // OpenAI's newer models refuse the old name, other servers do not know the new one.
    [target.provider === 'openai' ? 'max_completion_tokens' : 'max_tokens']: MAX_TOKENS,
    ...(jsonMode ? { response_format: { type: 'json_object' as const } } : {}),
    ...(target.provider === 'vllm' ? { chat_template_kwargs: { enable_thinking: false } } : {}),
  };
}

/** The type is a promise that a foreign server need not keep, so nothing of it is taken on trust. */
function textOf(completion: unknown): string {
  const choices = memberOf(completion, 'choices');
  if (!Array.isArray(choices)) throw new JudgeFailure('parse', 'the provider answered something else than a chat completion');
  const content = memberOf(memberOf(choices[0], 'message'), 'content');
  if (typeof content !== 'string' || content.trim() === '') throw new JudgeFailure('empty_response', 'the model answered nothing');
  return content;
}

function failureOf(thrown: unknown, signal: AbortSignal): JudgeFailure {
  if (signal.aborted) return abortFailure(signal);
  if (thrown instanceof JudgeFailure) return thrown;
  if (thrown instanceof Error && thrown.cause instanceof JudgeFailure) return thrown.cause;
  if (thrown instanceof OpenAI.APIConnectionTimeoutError)
    return new JudgeFailure('timeout', 'the provider did not answer in time', { cause: thrown });
  if (thrown instanceof OpenAI.APIConnectionError) return new JudgeFailure('provider', 'the provider cannot be reached', { cause: thrown });
  if (!(thrown instanceof OpenAI.APIError))
    return new JudgeFailure('parse', 'the answer of the provider cannot be read', { cause: thrown });
  const { status, headers } = thrown as { status: number | undefined; headers: Headers | undefined };
  const retryAfterMs = retryAfter(headers);
  const details = { cause: thrown, ...(status === undefined ? {} : { status }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return new JudgeFailure(status === 429 ? 'rate_limited' : 'provider', `the provider answered ${status ?? 'an error'}`, details);
}

/** Seconds or a date, in ms from now. */
function retryAfter(headers: Headers | undefined): number | undefined {
  const text = headers?.get('retry-after');
  if (text === null || text === undefined) return undefined;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}
