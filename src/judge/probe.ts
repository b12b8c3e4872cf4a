import type { Config } from '../config/config.js';
import type { LlmSettings } from '../config/llm.js';
import { GatewayError } from '../errors.js';
import { JudgeFailure } from './failure.js';
import { parseJudgeFiles } from './judge-policy.js';
import { mapAnswer } from './map-answer.js';
import { buildMessages } from './prompt.js';
import { providerTargets } from './provider-target.js';
import { createProvider } from './provider.js';
import type { Verdict } from './verdict.js';

/** What one round trip to the provider came to. */
export interface Probe {
  readonly provider: string;
  readonly model: string;
  readonly endpoint: string;
  readonly duration_ms: number;
  readonly verdict: Verdict;
}

const SAMPLE = 'Please rename the function parseDate to readDate in the whole project, and run the unit tests afterwards.';

/** Asks the configured model about a harmless sample. Throws `config_invalid`, and `judge_failed` with `details.reason`. */
export async function probeProvider(config: Config, llm: LlmSettings): Promise<Probe> {
  const settings = config.guardrail.judge;
  const [target] = providerTargets(llm, []);
  const provider = createProvider({ targets: [target], timeoutMs: llm.timeoutMs, maxRetries: 0, maxConcurrency: 1 });
  const policy = parseJudgeFiles([]).injection;
  const endpoint = new URL(target.baseUrl).host;
  const start = performance.now();
  try {
    const text = await provider.ask(buildMessages({ policy, content: SAMPLE }), AbortSignal.timeout(settings.timeout));
    const verdict = mapAnswer(text, { policy, direction: 'prompt', content: SAMPLE });
    return { provider: target.provider, model: target.model, endpoint, duration_ms: Math.round(performance.now() - start), verdict };
  } catch (cause) {
    if (!(cause instanceof JudgeFailure)) throw cause;
    const { reason, status, message } = cause;
    throw new GatewayError('judge_failed', `${target.model} at ${endpoint}: ${message} (${reason})`, {
      cause,
      details: { reason, endpoint, ...(status === undefined ? {} : { status }) },
    });
  }
}
