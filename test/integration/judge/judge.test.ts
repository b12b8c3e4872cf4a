import { describe, expect, it, onTestFinished } from 'vitest';
import { resolveLlm } from '../../../src/config/llm.js';
import { createJudge } from '../../../src/judge/create-judge.js';
import type { Judge, Judgement, JudgeRequest } from '../../../src/judge/create-judge.js';
import { silentLog } from '../../../src/log.js';
import type { Log } from '../../../src/log.js';
import { answersStatus, findsNothing, labels, NO_ENTITIES, says, sendCompletion, startChatServer } from '../../helpers/chat-server.js';
import type { ChatReply, ChatServer } from '../../helpers/chat-server.js';
import { createMemoryEngine, judgeConfig, judgeFileOf, recordingMetrics } from '../../helpers/judge-policies.js';
import type { MemoryEngine } from '../../helpers/judge-policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const CONTENT = 'Please summarise the attached report for me.';

interface Bench extends MemoryEngine {
  readonly server: ChatServer;
  readonly judge: Judge;
  readonly lines: readonly string[];
  /** On the current revision, unless `request` names another. */
  readonly ask: (request?: Partial<JudgeRequest>) => Promise<Judgement>;
}

async function start(reply: ChatReply, settings: Readonly<Record<string, unknown>> = {}, log: Log = silentLog): Promise<Bench> {
  const server = await startChatServer(reply);
  onTestFinished(() => server.close());
  const config = judgeConfig(await tempDir(), { 'llm.model': 'test', 'llm.base_url': server.url, 'llm.max_retries': 0, ...settings });
  const metrics = recordingMetrics();
  const judge = createJudge({ config, llm: resolveLlm(config, {}), metrics, log });
  if (judge === undefined) throw new Error('Expected a judge');
  const memory = createMemoryEngine();
  judge.subscribe(memory.engine);
  await memory.engine.reload('boot');
  return Object.assign(memory, {
    server,
    judge,
    lines: metrics.lines,
    ask: (request: Partial<JudgeRequest> = {}) => {
      const revision = memory.engine.current;
      if (revision === undefined) throw new Error('Expected a revision');
      return judge.judge({ direction: 'prompt', content: CONTENT, revision, ...request });
    },
  });
}

const byKind: (answers: Partial<Record<string, string>>) => ChatReply = (answers) => (request, response) =>
  sendCompletion(response, answers[request.kind] ?? (request.kind === 'pii' ? NO_ENTITIES : labels()));

describe('the judge', () => {
  it('is not there unless it is switched on', async () => {
    const config = judgeConfig(await tempDir(), { enabled: false });
    expect(createJudge({ config, llm: resolveLlm(config, {}), metrics: recordingMetrics(), log: silentLog })).toBeUndefined();
  });

  it('asks about injection, personal data and exfiltration at once and merges what comes back', async () => {
    const bench = await start(byKind({ injection: labels('Obfuscation'), exfil: labels('Exfiltration Channel') }));
    expect(await bench.ask()).toMatchObject({
      action: 'block',
      severity: 'HIGH',
      reason: 'judge-injection: Obfuscation; judge-exfil: Exfiltration Channel',
      findings: [{ id: 'JUDGE-INJ-OBFUSC' }, { id: 'JUDGE-EXFIL-CHANNEL' }],
      failed: false,
      cached: false,
      stale: false,
      kinds: ['injection', 'pii', 'exfil'],
    });
    expect(bench.server.requests.map(({ sample }) => sample)).toEqual([CONTENT, CONTENT, CONTENT]);
    expect([...bench.lines].filter((line) => line.startsWith('invocation')).sort()).toEqual([
      'invocation exfil block HIGH',
      'invocation injection alert MEDIUM',
      'invocation pii allow NONE',
    ]);
  });

  it.each([
    ['completion', ['pii']],
    ['tool_call', ['tool_injection']],
    ['tool_response', ['injection', 'pii']],
  ] as const)('judges a %s for %j', async (direction, kinds) => {
    const { ask, server } = await start(findsNothing);
    expect((await ask({ direction, toolName: 'shell' })).kinds).toEqual(kinds);
    expect(server.requests.map(({ kind }) => kind).sort()).toEqual(kinds);
  });

  it.each([
    ['the configuration', { injection: false, pii_prompt: false }, [], ['exfil']],
    ['a judge file', {}, [judgeFileOf('exfil.yaml', 'enabled: false\n')], ['injection', 'pii']],
    [
      'a judge file, category by category',
      {},
      [judgeFileOf('exfil.yaml', 'categories:\n  Sensitive File Access: { enabled: false }\n  Exfiltration Channel: { enabled: false }\n')],
      ['injection', 'pii'],
    ],
  ])('obeys what %s switched off', async (_who, settings, files, kinds) => {
    const bench = await start(findsNothing, settings);
    bench.files = files;
    await bench.engine.reload('api');
    expect((await bench.ask()).kinds).toEqual(kinds);
    expect(bench.server.requests).toHaveLength(kinds.length);
  });

  it('calls nobody for less than 20 bytes', async () => {
    const { ask, server } = await start(findsNothing);
    expect(await ask({ content: `   ${'x'.repeat(19)}   ` })).toMatchObject({ action: 'allow', failed: false, kinds: [] });
    expect(server.requests).toHaveLength(0);
  });

  it('shows its state', async () => {
    const { ask, judge } = await start(findsNothing, { fallbacks: ['spare'] });
    await ask();
    await ask();
    expect(judge.status()).toMatchObject({
      enabled: true,
      provider: 'custom',
      model: 'test',
      circuit: 'closed',
      fallbacks: [{ model: 'spare', state: 'closed' }],
      cache: { size: 3, max: 4096, ttl_ms: 30_000, hits: 3, misses: 3, dropped: 0, generation: 2 },
      last_failure: null,
    });
  });
});

describe('a judgement that fails', () => {
  const failures: readonly [string, ChatReply, string][] = [
    ['the provider is down', answersStatus(500), 'provider'],
    ['the provider limits the rate', answersStatus(429), 'rate_limited'],
    ['the model talks', says('I would rather not.'), 'parse'],
    [
      'the model echoes its instructions',
      (request, response) => sendCompletion(response, request.body.messages[0]?.content ?? ''),
      'parse',
    ],
    ['the model echoes the sample', (request, response) => sendCompletion(response, request.sample), 'parse'],
    ['the model says nothing', says(' '), 'empty_response'],
  ];
  it.each(failures)('because %s allows, says so, is counted and is asked again', async (_why, reply, reason) => {
    const { ask, lines, server } = await start(reply, { pii: false, exfil: false });
    expect(await ask()).toMatchObject({ action: 'allow', severity: 'NONE', failed: true, failure: reason, cached: false });
    await ask();
    expect(lines.filter((line) => line === `error injection ${reason}`)).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith('hit') || line.startsWith('invocation'))).toEqual([]);
    expect(server.requests.length).toBeGreaterThanOrEqual(2);
  });

  it('alerts when the judge is to fail closed', async () => {
    const { ask } = await start(answersStatus(500), { fail_mode: 'closed' });
    expect(await ask()).toMatchObject({ action: 'alert', severity: 'MEDIUM', failed: true });
  });

  it('of one kind leaves the others their say', async () => {
    const { ask } = await start(byKind({ pii: 'hm', exfil: labels('Exfiltration Channel') }));
    expect(await ask()).toMatchObject({ action: 'block', failed: false });
  });

  it('because the content is too large is one without a call', async () => {
    const bench = await start(findsNothing, { pii: false, exfil: false });
    bench.files = [judgeFileOf('injection.yaml', 'max_content_bytes: 1000\n')];
    await bench.engine.reload('api');
    expect(await bench.ask({ content: 'x'.repeat(1001) })).toMatchObject({ failed: true, failure: 'too_large' });
    expect(bench.server.requests).toHaveLength(0);
  });

  it('because time is up keeps to a deadline of a fraction of a second', async () => {
    const { ask } = await start(() => undefined, { timeout: 0.05 });
    expect(await ask()).toMatchObject({ failed: true, failure: 'timeout' });
  });

  it('because the caller left is told as that', async () => {
    const { ask, server } = await start(() => undefined);
    const caller = new AbortController();
    const waiting = ask({ signal: caller.signal });
    await waitFor('the calls', () => server.requests.length === 3);
    caller.abort();
    expect(await waiting).toMatchObject({ failed: true, failure: 'aborted' });
  });

  it('is logged without content, key or words of the provider', async () => {
    const logged: unknown[] = [];
    const { ask } = await start(
      answersStatus(401),
      { 'llm.api_key': 'sesame' },
      { ...silentLog, warn: (fields, message) => void logged.push([fields, message]) },
    );
    await ask();
    expect(logged).toHaveLength(3);
    expect(JSON.stringify(logged)).not.toMatch(/sesame|summarise|status 401/);
    expect(logged[0]).toEqual([{ kind: 'injection', reason: 'provider', status: 401 }, expect.any(String)]);
  });
});

describe('judging and reloading', () => {
  const strict = judgeFileOf('injection.yaml', 'min_categories_for_high: 1\n');

  it('reuses verdicts until a reload, and judges by the new files after it', async () => {
    const bench = await start(byKind({ injection: labels('Obfuscation') }));
    expect(await bench.ask()).toMatchObject({ severity: 'MEDIUM', cached: false });
    expect(await bench.ask()).toMatchObject({ severity: 'MEDIUM', cached: true });
    bench.files = [strict];
    await bench.engine.reload('watch');
    expect(await bench.ask()).toMatchObject({ severity: 'HIGH', cached: false });
    expect(bench.server.requests).toHaveLength(6);
  });

  it('judges again also when the rules changed and no judge file', async () => {
    const bench = await start(findsNothing);
    await bench.ask();
    bench.rego = 'package b';
    await bench.engine.reload('api');
    expect(await bench.ask()).toMatchObject({ cached: false });
  });

  it.each([
    ['rejected', 'api', [judgeFileOf('injection.yaml', 'min_categories_for_hihg: 1\n')]],
    ['unchanged', 'watch', []],
  ] as const)('keeps its verdicts when the reload ends as %s (%s)', async (status, trigger, files) => {
    const bench = await start(findsNothing);
    await bench.ask();
    bench.files = [...files];
    expect(await bench.engine.reload(trigger)).toMatchObject({ status });
    expect(await bench.ask()).toMatchObject({ cached: true });
  });

  it('judges again when somebody asked for a reload, though it found nothing new', async () => {
    const bench = await start(findsNothing);
    await bench.ask();
    expect(await bench.engine.reload('api')).toMatchObject({ status: 'unchanged' });
    expect(await bench.ask()).toMatchObject({ cached: false });
    expect(await bench.ask()).toMatchObject({ cached: true });
  });

  it('gives a request that a reload overtook the old answer, marked stale, and keeps it out of the cache', async () => {
    const open: (() => void)[] = [];
    const bench = await start(
      (request, response) => void open.push(() => sendCompletion(response, request.kind === 'pii' ? NO_ENTITIES : labels('Obfuscation'))),
      {
        pii: false,
        exfil: false,
      },
    );
    const before = bench.ask();
    await waitFor('the first call', () => open.length === 1);
    bench.files = [strict];
    await bench.engine.reload('watch');
    const after = bench.ask();
    await waitFor('the second call', () => open.length === 2);
    for (const answer of open) answer();
    expect(await before).toMatchObject({ severity: 'MEDIUM', stale: true });
    expect(await after).toMatchObject({ severity: 'HIGH', stale: false });
    expect(await bench.ask()).toMatchObject({ severity: 'HIGH', cached: true });
    expect(bench.lines).toContain('error injection stale');
  });

  it('neither feeds nor asks the cache for a request that still holds the revision before', async () => {
    const bench = await start(findsNothing);
    const old = bench.engine.current;
    if (old === undefined) throw new Error('Expected a revision');
    await bench.ask();
    bench.rego = 'package b';
    await bench.engine.reload('api');
    expect(await bench.ask({ revision: old })).toMatchObject({ cached: false, stale: true });
    expect(bench.judge.status().cache.size).toBe(0);
  });

  it('lets equal requests share the calls of the first', async () => {
    const { ask, server } = await start(findsNothing);
    const all = await Promise.all([ask(), ask(), ask(), ask()]);
    expect(all.map(({ action }) => action)).toEqual(['allow', 'allow', 'allow', 'allow']);
    expect(server.requests).toHaveLength(3);
  });
});
