import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findsNothing, labels, sendCompletion, startChatServer } from '../../helpers/chat-server.js';
import type { ChatServer } from '../../helpers/chat-server.js';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestAnswer, TestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';
import { writeTree } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const CONTENT = 'Would you kindly tell me about the weather in Lisbon today?';

interface Bench extends TestGateway {
  readonly chat: ChatServer;
  readonly dir: string;
  readonly inspect: (content?: string) => Promise<TestAnswer>;
  readonly dataFile: string;
}

async function start(settings: Readonly<Record<string, unknown>> = {}): Promise<Bench> {
  const chat = await startChatServer(findsNothing);
  onTestFinished(() => chat.close());
  const dir = await shippedPolicies();
  const gateway = await startTestGateway(dir, {
    'guardrail.mode': 'action',
    'guardrail.judge.enabled': true,
    'guardrail.judge.pii': false,
    'guardrail.judge.exfil': false,
    'guardrail.judge.cache.ttl': '1h',
    'llm.model': 'ollama/judge',
    'llm.base_url': chat.url,
    ...settings,
  });
  const inspect = (content = CONTENT): Promise<TestAnswer> => gateway.call('POST', '/api/v1/inspect/request', { content });
  return { ...gateway, chat, dir, inspect, dataFile: path.join(dir, 'rego', 'data.json') };
}

function revisionOf({ headers }: TestAnswer): string | null {
  return headers.get('x-policy-revision');
}

/** The policy data with another guardrail section. */
async function editGuardrail(file: string, edit: (guardrail: Record<string, unknown>) => void): Promise<void> {
  const data = JSON.parse(await readFile(file, 'utf8')) as { guardrail: Record<string, unknown> };
  edit(data.guardrail);
  await writeFile(file, JSON.stringify(data));
}

async function editPrompt(dir: string): Promise<void> {
  await mkdir(path.join(dir, 'judge'), { recursive: true });
  await writeFile(path.join(dir, 'judge', 'injection.yaml'), 'single_category_max_severity: CRITICAL\nmin_categories_for_high: 2\n');
}

describe('an inspection', () => {
  it('is judged once, and again when a judge file changes on disk', async () => {
    const { inspect, chat, dir, gateway, call } = await start();
    const first = await inspect();
    expect(first.json()).toMatchObject({ action: 'allow', judge: { kinds: ['injection'], cached: false, failed: false } });
    expect((await inspect()).json()).toMatchObject({ action: 'allow', judge: { cached: true } });
    expect(chat.requests).toHaveLength(1);

    chat.reply = ({ kind }, response) => sendCompletion(response, labels(kind === 'injection' ? 'Context Manipulation' : 'none'));
    await editPrompt(dir);
    await waitFor('the reload', () => gateway.engine.lastOutcome?.trigger === 'watch' && gateway.engine.lastOutcome.status === 'reloaded');
    const judge = async (): Promise<unknown> => (await call('GET', '/status')).json()['judge'];
    // The cache hears of a reload once its entry is written, some milliseconds after it serves; what is asked in between is asked again.
    await waitFor('the cache to hear of it', async () => ((await judge()) as { cache: { generation: number } }).cache.generation === 3);
    const second = await inspect();
    expect(revisionOf(second)).not.toBe(revisionOf(first));
    // CRITICAL by the new file, where the shipped one says MEDIUM.
    expect(second.json()).toMatchObject({
      action: 'block',
      severity: 'CRITICAL',
      findings: ['JUDGE-INJ-CONTEXT:Context Manipulation'],
      judge: { cached: false },
    });
    expect(chat.requests).toHaveLength(2);
    expect(await judge()).toMatchObject({ cache: { generation: 3, hits: 1, misses: 2 } });
  });

  it('is judged again when guardrail data changes through POST /policy/reload, and follows it', async () => {
    const { inspect, chat, dataFile, call } = await start({ 'gateway.watcher.enabled': false });
    const first = await inspect();
    await inspect();
    expect(chat.requests).toHaveLength(1);
    await editGuardrail(dataFile, (guardrail) => {
      guardrail['patterns'] = { weather: ['(?i)\\bweather\\b'] };
      guardrail['severity_mappings'] = { weather: 'MEDIUM' };
    });
    expect((await inspect()).json()).toMatchObject({ action: 'allow', judge: { cached: true } });

    expect((await call('POST', '/policy/reload', {})).json()).toMatchObject({ status: 'reloaded', changed: true });
    const second = await inspect();
    expect(revisionOf(second)).not.toBe(revisionOf(first));
    expect(second.json()).toMatchObject({ action: 'alert', findings: ['LOCAL-WEATHER-1:Weather'], judge: { cached: false } });
    expect(chat.requests).toHaveLength(2);
  });

  it('stays cached when a reload is rejected', async () => {
    const { inspect, chat, dataFile, call } = await start({ 'gateway.watcher.enabled': false });
    const first = await inspect();
    await editGuardrail(dataFile, (guardrail) => (guardrail['patterns'] = { broken: ['('] }));
    expect((await call('POST', '/policy/reload', {})).status).toBe(500);
    const second = await inspect();
    expect(second.json()).toMatchObject({ action: 'allow', judge: { cached: true } });
    expect(revisionOf(second)).toBe(revisionOf(first));
    expect(chat.requests).toHaveLength(1);
  });

  it('comes from one revision, also when the reload lands while the judge thinks', async () => {
    const { inspect, chat, dataFile, call, gateway } = await start({ 'gateway.watcher.enabled': false });
    let finish = (): void => undefined;
    chat.reply = (_request, response) => {
      finish = () => sendCompletion(response, labels('Context Manipulation'));
    };
    const answer = inspect();
    await waitFor('the judge to be asked', () => chat.requests.length === 1);
    await editGuardrail(dataFile, (guardrail) => {
      guardrail['patterns'] = { weather: ['(?i)\\bweather\\b'] };
      guardrail['severity_mappings'] = { weather: 'CRITICAL' };
    });
    expect((await call('POST', '/policy/reload', {})).status).toBe(200);
    chat.reply = findsNothing;
    finish();
    const got = await answer;
    expect(revisionOf(got)).toBe(gateway.engine.current?.id.slice(0, 12));
    // What the judge said under the old revision is in no part of it; the new patterns have settled it without the judge.
    expect(got.json()).toMatchObject({
      action: 'block',
      severity: 'CRITICAL',
      findings: ['LOCAL-WEATHER-1:Weather'],
      reason: 'local-pattern: weather',
    });
  });

  it('blocks what the shipped patterns know, in action mode alone', async () => {
    const { inspect, call, chat, gateway } = await start();
    const attack = 'the key is AKIAZ7Q4M2X9C5V8B3NJ';
    expect((await inspect(attack)).json()).toMatchObject({ action: 'block', would_block: true, severity: 'CRITICAL' });
    expect((await call('PATCH', '/v1/guardrail/config', { mode: 'observe' })).status).toBe(200);
    expect((await inspect(attack)).json()).toMatchObject({ action: 'allow', raw_action: 'block', would_block: true, mode: 'observe' });
    expect(chat.requests).toHaveLength(0);
    const revealed = await call('POST', '/api/v1/inspect/response', { content: attack }, { 'X-DefenseClaw-Reveal-PII': '1' });
    expect(revealed.text).toContain('AKIAZ7Q4M2X9C5V8B3NJ');
    expect(gateway.audit.list().map(({ action }) => action)).toEqual(
      expect.arrayContaining(['guardrail-config-reload', 'inspect-reveal-pii']),
    );
    expect((await call('GET', '/metrics')).text).toMatch(/defenseclaw_guardrail_evaluations_total\{action="block"\} 1/);
  });

  it('keeps no decision waiting while it scans a megabyte', async () => {
    const { inspect, call } = await start({ 'guardrail.judge.enabled': false });
    const answered: string[] = [];
    const large = inspect('ignore all all send a b c api curl '.repeat(29_000)).then((answer) => {
      answered.push('inspection');
      return answer;
    });
    for (const port of [443, 22, 80]) {
      await call('POST', '/policy/evaluate/firewall', { destination: 'github.com', port });
      answered.push('decision');
    }
    expect((await large).json()).toMatchObject({ mode: 'action' });
    expect(answered).toEqual(['decision', 'decision', 'decision', 'inspection']);
  });

  it('blocks assets that were put on the list a moment ago', async () => {
    const { call } = await start();
    const target = { target_type: 'skill', target_name: 'web-search' };
    await call('POST', '/enforce/block', target);
    expect((await call('POST', '/policy/evaluate', { input: target })).json()).toMatchObject({ data: { verdict: 'blocked' } });
    await call('DELETE', '/enforce/block', target);
    expect((await call('POST', '/policy/evaluate', { input: target })).json()).toMatchObject({ data: { verdict: 'scan' } });
  });
});

describe('a rule pack before and behind the judge of personal data', () => {
  const pack = {
    'guardrail/default/suppressions.yaml': 'version: 1\npre_judge_strips:\n  - {id: TRACE, pattern: "(?m)^trace: .*$", reason: ours}\n',
    'guardrail/default/sensitive-tools.yaml': 'version: 1\ntools:\n  - {name: staff, min_entities_for_alert: 3}\n',
  };
  const told = (...mails: readonly string[]): string => JSON.stringify({ 'Email Address': { detection_result: true, entities: mails } });

  async function answers(
    mails: readonly string[],
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<Bench & { readonly ask: (tool: string, output: string) => Promise<Record<string, unknown>> }> {
    const bench = await start({ 'guardrail.judge.pii': true, ...settings });
    await writeTree(bench.dir, pack);
    expect((await bench.call('POST', '/policy/reload', {})).status).toBe(200);
    bench.chat.reply = ({ kind }, response) => sendCompletion(response, kind === 'pii' ? told(...mails) : labels());
    const ask = async (tool: string, output: string): Promise<Record<string, unknown>> =>
      (await bench.call('POST', '/api/v1/inspect/tool-response', { tool, output })).json();
    return { ...bench, ask };
  }

  const HEAD = 'Tool: "notes"\nArguments:\n';
  const TEXT = 'trace: span 7 of user root\nThe two who keep the garden are Ann at home and Bob at work.';

  it.each(['regex_judge', 'judge_first'])('strips from its text, and from no other (%s)', async (strategy) => {
    const { ask, chat } = await answers(['root'], { 'guardrail.detection_strategy_prompt': strategy });
    // What it was not shown it cannot have found there.
    expect(await ask('notes', TEXT)).toMatchObject({ action: 'allow', findings: [], judge: { kinds: ['injection', 'pii'] } });
    expect(Object.fromEntries(chat.requests.map(({ kind, sample }) => [kind, sample]))).toEqual({
      injection: `${HEAD}${TEXT}`,
      pii: `${HEAD}${TEXT.replace(/^trace.*$/m, '')}`,
    });
    // The same text but for what is stripped is the same text.
    await ask('notes', TEXT.replace('span 7', 'span 8'));
    expect(chat.requests.map(({ kind }) => kind).sort()).toEqual(['injection', 'injection', 'pii']);
    // What is nothing but that is nothing to ask about.
    expect(await ask('notes', 'trace: span 9 of user root, and again')).toMatchObject({ judge: { kinds: ['injection'] } });
  });

  it('says nothing of few pieces in answers of a tool that is known for them', async () => {
    const { ask } = await answers(['Ann at home', 'Bob at work']);
    expect(await ask('staff', TEXT)).toMatchObject({ action: 'allow', severity: 'NONE', findings: [] });
    expect(await ask('notes', TEXT)).toMatchObject({ action: 'alert', severity: 'HIGH', findings: ['JUDGE-PII-EMAIL:Email Address'] });
  });

  it('says so where they are enough', async () => {
    const { ask } = await answers(['Ann at home', 'Bob at work', 'garden']);
    expect(await ask('staff', TEXT)).toMatchObject({ action: 'alert', severity: 'HIGH' });
  });
});
