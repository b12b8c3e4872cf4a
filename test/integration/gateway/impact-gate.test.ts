import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDecisions } from '../../../src/decisions/reader.js';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const policy = (limit: number): string => `package a\n\ndefault allow := false\n\nallow if input.size <= ${limit}\n`;

/** Sizes from 0 to 999: raising the limit by seven lets seven more through. */
const LIMIT = 970;
const FLIPPED = [971, 972, 973, 974, 975, 976, 977];

/** Asked all at once; the others one by one, every other of them for the whole package. */
const BATCHED = 950;
const RECORDED = 1_000;
const MASKED = 7;

interface Scene extends TestGateway {
  readonly save: (limit: number) => Promise<void>;
  readonly allowed: (size: number) => Promise<boolean>;
  /** Ids of the decisions by their size. */
  readonly ids: readonly string[];
}

async function scene(settings: Readonly<Record<string, unknown>>): Promise<Scene> {
  const dir = await tempDir({ 'a.rego': policy(LIMIT) });
  const started = await startTestGateway(dir, {
    // Clocks of a busy machine say nothing of the policy.
    ...{ 'gates.tests': 'off', 'gates.impact_budget.max_slowdown': 1_000, 'decisions.mask': ['/input/name'] },
    // Nor does what they have time for.
    'gates.timeout': '10m',
    ...settings,
  });
  const { gateway, dataDir, call } = started;
  const input = (size: number): unknown => ({ size, ...(size === MASKED ? { name: 'ann' } : {}) });
  const inputs = Object.fromEntries(Array.from({ length: BATCHED }, (_, size) => [String(size), input(size)]));
  expect((await call('POST', '/v1/batch/data/a/allow', { inputs })).status).toBe(200);
  for (let size = BATCHED; size < RECORDED; size++)
    await call('POST', size % 2 === 0 ? '/v1/data/a/allow' : '/v1/data/a', { input: input(size) });
  const ids: string[] = [];
  await waitFor(
    'the decisions to be kept',
    async () => {
      for await (const { record } of openDecisions(path.join(dataDir, 'decisions')).read()) {
        ids[(record.input as { size: number }).size] = record.decision_id;
      }
      return Object.keys(ids).length === RECORDED;
    },
    60_000,
  );
  return {
    ...started,
    ids,
    save: (limit) => writeFile(path.join(dir, 'a.rego'), policy(limit)),
    // Past HTTP, where it would be recorded too.
    async allowed(size) {
      const { result } = await gateway.engine.evaluate({ entrypoint: 'a/allow', input: Buffer.from(JSON.stringify({ size })) });
      return result === 'true';
    },
  };
}

interface Gate {
  readonly state: string;
  readonly replay: Readonly<Record<string, unknown>> & {
    readonly paths: readonly {
      readonly path: string;
      readonly examples: readonly unknown[];
      readonly decision_ids: Readonly<Record<string, string[]>>;
    }[];
  };
}

const gateIn = (body: Record<string, unknown>): Gate => (body['gates'] as { impact: Gate }).impact;

const SLOW = 'package a\n\nallow if count([x | some x in numbers.range(1, 20000)]) > 0\n';

/** Two hundred decisions, and little patience. */
async function slowScene(mode = 'warn'): Promise<TestGateway & { readonly dir: string }> {
  const dir = await tempDir({ 'a.rego': policy(-1) });
  const started = await startTestGateway(dir, {
    ...{ 'gates.impact': mode, 'gates.tests': 'off', 'gates.timeout': '100ms', 'gateway.watcher.enabled': false },
  });
  const inputs = Object.fromEntries(Array.from({ length: 200 }, (_, size) => [String(size), { size }]));
  expect((await started.call('POST', '/v1/batch/data/a/allow', { inputs })).status).toBe(200);
  const { read } = openDecisions(path.join(started.dataDir, 'decisions'));
  await waitFor(
    'the decisions to be kept',
    async () => {
      let count = 0;
      for await (const kept of read()) if (kept.text !== '') count += 1;
      return count === 200;
    },
    60_000,
  );
  return { ...started, dir };
}

describe('gates.impact', { timeout: 120_000 }, () => {
  it('enforced: refuses an edit that flips seven of a thousand decisions and names them, until it is accepted', async () => {
    const { save, call, allowed, gateway, ids, log } = await scene({ 'gates.impact': 'enforce', 'gateway.watcher.enabled': false });
    const before = gateway.engine.current?.id;
    await save(LIMIT + 7);
    const refused = await call('POST', '/policy/reload', {});
    expect(refused.status).toBe(409);
    expect(refused.headers.get('x-defenseclaw-error')).toBe('policy_impact');
    const named = FLIPPED.map((size) => ids[size]);
    expect(refused.json()['error']).toContain('7 deny -> allow of 999 replayed decisions (at most 0)');
    for (const id of named) expect(refused.json()['error']).toContain(id);
    const { state, replay } = gateIn(refused.json());
    expect(state).toBe('failed');
    expect(replay).toMatchObject({ recorded: 1_000, replayed: 999, not_replayable: { masked: 1 }, deny_to_allow: 7, allow_to_deny: 0 });
    expect(replay.paths.map((one) => one.path)).toEqual(['a', 'a/allow']);
    expect(replay.paths).toContainEqual(expect.objectContaining({ path: 'a/allow', deny_to_allow: 3, changed: ['data.a.allow'] }));
    expect(replay.paths[1]?.examples[0]).toMatchObject({ before: 'false', after: 'true' });
    expect(replay.paths.flatMap(({ decision_ids: all }) => all['deny_to_allow'] ?? []).sort()).toEqual(named);
    expect(gateway.engine.current?.id).toBe(before);
    expect(await allowed(975)).toBe(false);

    const rehearsed = (await call('POST', '/policy/dry-run', {})).json();
    expect(rehearsed).toMatchObject({ status: 'rejected', code: 'policy_impact', gates: { impact: { replay: { deny_to_allow: 7 } } } });

    const accepted = await call('POST', '/policy/reload', { accept_impact: true, by: 'ann' });
    expect(accepted.status).toBe(200);
    expect(gateIn(accepted.json())).toMatchObject({ state: 'forced', by: 'ann' });
    expect(await allowed(975)).toBe(true);
    const [entry, last] = (await gateway.history.entries()).slice(-2);
    expect(entry).toMatchObject({ status: 'rejected', error: { code: 'policy_impact' }, impact: { state: 'failed', deny_to_allow: 7 } });
    expect(last).toMatchObject({ status: 'reloaded', accepted: ['impact'], by: 'ann', impact: { state: 'forced', deny_to_allow: 7 } });
    expect(gateway.audit.list({ action: 'policy-gates-forced', limit: 1 })[0]?.details).toContain('gate impact passed by force by ann');
    expect(gateway.audit.list({ action: 'policy-reload', limit: 1 })[0]?.details).toContain('accepting impact');
    expect((await call('GET', '/metrics')).text).toContain('defenseclaw_policy_impact_decisions{kind="deny_to_allow"} 7');
    expect(log.records.some(({ message }) => message.startsWith('policy impact is over its budget, passed by force by ann'))).toBe(true);

    await save(LIMIT);
    const narrower = await call('POST', '/policy/reload', {});
    expect(narrower.json()['error']).toContain('7 allow -> deny');
  });

  it('enforced: does the same for a save', async () => {
    const { save, allowed, gateway, call } = await scene({ 'gates.impact': 'enforce' });
    await save(LIMIT + 7);
    await waitFor('the save to be refused', () => gateway.engine.lastOutcome?.error?.code === 'policy_impact', 60_000);
    expect(await allowed(975)).toBe(false);
    expect((await call('POST', '/policy/reload', { accept_impact: true })).status).toBe(200);
    expect(await allowed(975)).toBe(true);
  });

  it('warns by default: what differs is in the answer, the history and the audit trail, and serves', async () => {
    const { save, call, allowed, gateway } = await scene({ 'gateway.watcher.enabled': false });
    await save(LIMIT + 7);
    const done = await call('POST', '/policy/reload', {});
    expect(done.status).toBe(200);
    expect(gateIn(done.json())).toMatchObject({ mode: 'warn', state: 'failed', replay: { deny_to_allow: 7 } });
    expect(await allowed(975)).toBe(true);
    expect((await gateway.history.entries()).at(-1)).toMatchObject({ status: 'reloaded', impact: { deny_to_allow: 7 } });
    expect(gateway.audit.list({ action: 'policy-impact', limit: 1 })[0]?.details).toContain('7 deny -> allow');
  });

  it('answers in time when the replay takes longer, and tells its figures later', async () => {
    const { dir, call, gateway } = await slowScene();
    await writeFile(path.join(dir, 'a.rego'), SLOW);
    const answer = (await call('POST', '/policy/reload', {})).json();
    expect(answer).toMatchObject({ changed: true, gates: { impact: { mode: 'warn', state: 'running', revision: answer['revision'] } } });
    const status = async (): Promise<unknown> => (await call('GET', '/status')).json()['gates'];
    await waitFor('the replay to end', async () => !JSON.stringify(await status()).includes('running'), 60_000);
    expect(await status()).toMatchObject({ impact: { state: 'failed', replay: { replayed: 200, deny_to_allow: 200 } } });
    // The note is written after the report.
    const noted = async (): Promise<boolean> => (await gateway.history.entries()).at(-1)?.impact?.deny_to_allow === 200;
    await waitFor('the figures in the history', noted, 60_000);
  });

  it('enforced: refuses what it does not know in time, and says so, until it is accepted', async () => {
    const { dir, call, gateway } = await slowScene('enforce');
    const before = gateway.engine.current?.id;
    await writeFile(path.join(dir, 'a.rego'), SLOW);
    const refused = await call('POST', '/policy/reload', {});
    expect([refused.status, refused.headers.get('x-defenseclaw-error')]).toEqual([409, 'policy_impact_timeout']);
    expect(refused.json()['error']).toContain('recorded decisions were not run again within 100 ms (gates.timeout)');
    expect(refused.json()['gates']).toMatchObject({ impact: { state: 'failed', findings: [{ code: 'policy_impact_timeout' }] } });
    expect((await call('POST', '/policy/dry-run', {})).json()).toMatchObject({ status: 'rejected', code: 'policy_impact_timeout' });
    expect(gateway.engine.current?.id).toBe(before);

    const accepted = await call('POST', '/policy/reload', { accept_impact: true, by: 'ann' });
    expect(accepted.json()).toMatchObject({ changed: true, gates: { impact: { state: 'forced', by: 'ann' } } });
  });

  it('ends with the gateway, whatever is being replayed', async () => {
    const { dir, call, gateway, log } = await slowScene();
    await writeFile(path.join(dir, 'a.rego'), SLOW);
    expect((await call('POST', '/policy/reload', {})).json()).toMatchObject({ gates: { impact: { state: 'running' } } });
    await gateway.close();
    expect(log.records.filter(({ message }) => message.includes('replayed'))).toEqual([]);
  });

  it('stays within a budget that allows for it', async () => {
    const { save, call } = await scene({
      ...{ 'gates.impact': 'enforce', 'gates.impact_budget.max_deny_to_allow': '1%', 'gateway.watcher.enabled': false },
    });
    await save(LIMIT + 7);
    expect(gateIn((await call('POST', '/policy/reload', {})).json())).toMatchObject({ state: 'passed', replay: { deny_to_allow: 7 } });
    await save(LIMIT + 25);
    expect((await call('POST', '/policy/reload', {})).json()).toMatchObject({ code: 'policy_impact' });
  });
});
