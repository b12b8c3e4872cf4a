import { describe, expect, it, onTestFinished } from 'vitest';
import { renderJudge } from '../../../src/cli/render-judge.js';
import { resolveLlm } from '../../../src/config/llm.js';
import { probeProvider } from '../../../src/judge/probe.js';
import type { Probe } from '../../../src/judge/probe.js';
import { answersStatus, findsNothing, says, startChatServer } from '../../helpers/chat-server.js';
import type { ChatReply } from '../../helpers/chat-server.js';
import { judgeConfig } from '../../helpers/judge-policies.js';
import { tempDir } from '../../helpers/temp-dir.js';

async function probe(reply: ChatReply): Promise<Probe> {
  const server = await startChatServer(reply);
  onTestFinished(() => server.close());
  const config = judgeConfig(await tempDir(), { enabled: false, 'llm.model': 'test', 'llm.base_url': server.url });
  return probeProvider(config, resolveLlm(config, {}));
}

describe('trying the provider', () => {
  it('tells what the model made of a harmless sample, also while the judge is off', async () => {
    expect(await probe(findsNothing)).toMatchObject({ provider: 'custom', model: 'test', verdict: { action: 'allow', severity: 'NONE' } });
  });

  it.each([
    ['does not answer', answersStatus(503), 'provider'],
    ['answers in another form', says('Looks fine to me!'), 'parse'],
  ])('fails when it %s', async (_how, reply, reason) => {
    await expect(probe(reply)).rejects.toMatchObject({ code: 'judge_failed', details: { reason } });
  });
});

describe('the judge as people see it', () => {
  const plain = (_style: unknown, text: string): string => text;

  it('is off without a judge', () => {
    expect(renderJudge({ enabled: false }, plain)).toContain('off');
  });

  it('shows circuit, cache and the last failure', () => {
    const text = renderJudge(
      {
        enabled: true,
        provider: 'ollama',
        model: 'llama',
        endpoint: '127.0.0.1:11434',
        fail_mode: 'open',
        timeout_ms: 1500,
        in_flight: 1,
        waiting: 0,
        circuit: 'open',
        fallbacks: [{ provider: 'ollama', model: 'small', state: 'closed' }],
        cache: { size: 2, max: 4096, ttl_ms: 30_000, hits: 5, misses: 3, dropped: 1, generation: 4 },
        last_failure: { kind: 'pii', reason: 'rate_limited', status: 429, at: '2026-01-01T00:00:00.000Z' },
      },
      plain,
    );
    for (const part of [
      'llama (ollama) at 127.0.0.1:11434',
      'open',
      'small, circuit closed',
      '2 of 4096',
      '1 dropped by a reload',
      'pii: rate_limited, HTTP 429',
    ]) {
      expect(text).toContain(part);
    }
  });
});
