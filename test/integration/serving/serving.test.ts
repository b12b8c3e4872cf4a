import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../helpers/connections.js';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { markerModule, shippedPolicies } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const SERVING = { 'gateway.watcher.enabled': false, 'http.processes': 2 };

/** Enough for every process to hold several. */
const CONNECTIONS = 6;

interface ServingBlock {
  readonly ready: number;
  readonly replaced: number;
  readonly forwarded: number;
  readonly pids: readonly number[];
}

/** The same while processes come and go: an answer may be lost with the one that held the connection. */
async function servingMeanwhile(gateway: TestGateway): Promise<ServingBlock | undefined> {
  return serving(gateway).catch(() => undefined);
}

async function serving({ call }: TestGateway): Promise<ServingBlock> {
  return (await call('GET', '/status')).json()['serving'] as ServingBlock;
}

async function counter({ call }: TestGateway, line: string): Promise<number> {
  const { text } = await call('GET', '/metrics');
  return Number(
    text
      .split('\n')
      .find((found) => found.startsWith(`${line} `))
      ?.slice(line.length) ?? 0,
  );
}

const DEFINED = 'defenseclaw_policy_evaluations_total{domain="data",verdict="defined"}';

describe('serving processes', () => {
  it('answer decisions themselves, and a scrape adds up what all of them counted', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('one') });
    const gateway = await startTestGateway(dir, SERVING);
    const before = await serving(gateway);
    expect(before.ready).toBe(2);
    const connections = Array.from({ length: CONNECTIONS }, () => connect(gateway.url));
    for (let round = 0; round < 5; round++) {
      expect(await Promise.all(connections.map(({ marker }) => marker()))).toEqual(connections.map(() => 'one'));
    }
    expect(await counter(gateway, DEFINED)).toBe(5 * CONNECTIONS);
    expect(await counter(gateway, 'defenseclaw_http_requests_total{method="POST",route="/v1/data",status="200"}')).toBe(5 * CONNECTIONS);
  });

  it('change over at the same instant: no answer after a reload was answered is older', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('round 0') });
    const gateway = await startTestGateway(dir, { ...SERVING, 'gates.impact': 'off' });
    const connections = Array.from({ length: CONNECTIONS }, () => connect(gateway.url));
    const state = { reloaded: 0, done: false };
    const clients = connections.map(async ({ marker }) => {
      let asked = 0;
      while (!state.done) {
        const known = state.reloaded;
        expect(Number(String(await marker()).split(' ')[1])).toBeGreaterThanOrEqual(known);
        asked += 1;
      }
      return asked;
    });
    for (let round = 1; round <= 25; round++) {
      await writeFile(path.join(dir, 'policy.rego'), markerModule(`round ${round}`));
      expect((await gateway.call('POST', '/policy/reload')).status).toBe(200);
      state.reloaded = round;
    }
    state.done = true;
    expect(Math.min(...(await Promise.all(clients)))).toBeGreaterThan(25);
    expect(await counter(gateway, 'defenseclaw_serving_forwarded_total')).toBeGreaterThan(0);
  });

  it('leave a rule that does not end to the workers, and answer others on the same connection', async () => {
    const endless =
      'package runaway\n\nendless := count([1 | some a in numbers.range(1, 1000000); some b in numbers.range(1, 1000000); a + b == 3])\n';
    const dir = await tempDir({ 'policy.rego': markerModule('one'), 'runaway.rego': endless });
    const gateway = await startTestGateway(dir, { ...SERVING, 'evaluation.timeout': '300ms' });
    const connections = Array.from({ length: CONNECTIONS }, () => connect(gateway.url));
    const runaways = connections.map(({ ask }) => ask('POST', '/v1/data/runaway/endless', '{"input":{}}'));
    for (const { status, text } of await Promise.all(runaways)) {
      expect([500, 503]).toContain(status);
      expect(text).toMatch(/within 300 ms|No evaluator was free/u);
    }
    expect(await Promise.all(connections.map(({ marker }) => marker()))).toEqual(connections.map(() => 'one'));
    expect(await counter(gateway, 'defenseclaw_serving_over_budget_total')).toBeGreaterThan(0);
    expect((await serving(gateway)).replaced).toBe(0);
  });

  it('are replaced when they die, without a counter going back', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('one') });
    const gateway = await startTestGateway(dir, SERVING);
    const connections = Array.from({ length: CONNECTIONS }, () => connect(gateway.url));
    await Promise.all(connections.map(({ marker }) => marker()));
    expect(await counter(gateway, DEFINED)).toBe(CONNECTIONS);
    const { pids } = await serving(gateway);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    const now = await waitFor('two new processes', async () => {
      const found = await servingMeanwhile(gateway);
      return found?.replaced === 2 && found.ready === 2 ? found : undefined;
    });
    expect(now.pids.filter((pid) => pids.includes(pid))).toEqual([]);
    await writeFile(path.join(dir, 'policy.rego'), markerModule('two'));
    expect((await gateway.call('POST', '/policy/reload')).status).toBe(200);
    const fresh = Array.from({ length: CONNECTIONS }, () => connect(gateway.url));
    expect(await Promise.all(fresh.map(({ marker }) => marker()))).toEqual(fresh.map(() => 'two'));
    expect(await counter(gateway, DEFINED)).toBe(2 * CONNECTIONS);
  });

  it('are replaced when they hang; a reload does not wait for one of them', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('one') });
    const gateway = await startTestGateway(dir, { ...SERVING, 'evaluation.timeout': '100ms' });
    const { pids } = await serving(gateway);
    const [stopped = 0] = pids;
    process.kill(stopped, 'SIGSTOP');
    await waitFor('the process that hangs to be replaced', async () => {
      const found = await servingMeanwhile(gateway);
      return found?.ready === 2 && !found.pids.includes(stopped);
    });
    expect(await connect(gateway.url).marker()).toBe('one');
  });

  it('obey a change of the enforcement lists as soon as it was answered', async () => {
    const gateway = await startTestGateway(await shippedPolicies(), SERVING);
    const connections = Array.from({ length: CONNECTIONS }, () => connect(gateway.url));
    const target = { target_type: 'skill', target_name: 'turncoat' };
    for (let round = 0; round < 6; round++) {
      const route = round % 2 === 0 ? '/enforce/block' : '/enforce/allow';
      expect((await gateway.call('POST', route, { ...target, reason: 'test' })).status).toBe(200);
      const ask = JSON.stringify({ input: { ...target, path: '/skills/turncoat' } });
      const answers = await Promise.all(connections.map((connection) => connection.ask('POST', '/policy/evaluate', ask)));
      const verdicts = answers.map(({ text }) => (JSON.parse(text) as { data: { verdict: string } }).data.verdict);
      expect(verdicts).toEqual(connections.map(() => (round % 2 === 0 ? 'blocked' : 'allowed')));
    }
  });

  it('obey a change of the guardrail settings as soon as it was answered', async () => {
    const gateway = await startTestGateway(await shippedPolicies(), SERVING);
    const connections = Array.from({ length: CONNECTIONS }, () => connect(gateway.url));
    const ask = JSON.stringify({
      ...{ evaluation_id: 'e', direction: 'prompt', mode: 'action', scanner_mode: 'local' },
      local_result: { action: 'block', severity: 'HIGH', findings: ['x'], reason: 'y' },
    });
    for (let round = 0; round < 6; round++) {
      const enabled = round % 2 === 0;
      const patch = { hilt_enabled: enabled, hilt_min_severity: 'HIGH' };
      expect((await gateway.call('PATCH', '/v1/guardrail/config', patch)).status).toBe(200);
      const answers = await Promise.all(connections.map((connection) => connection.ask('POST', '/v1/guardrail/evaluate', ask)));
      expect(new Set(answers.map(({ text }) => (JSON.parse(text) as { action: string }).action))).toEqual(
        new Set([enabled ? 'confirm' : 'alert']),
      );
    }
  });

  it('never make a decision twice that reaches out of the process', async () => {
    let hits = 0;
    const outside = createServer((_request, response) => {
      hits += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void outside.close());
    const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/`;
    const dir = await tempDir({
      'policy.rego': `package out\n\nvalue := http.send({"method": "GET", "url": "${url}"}).status_code\n`,
    });
    // The first request out starts a thread, which from the sources alone takes more than the usual deadline.
    const gateway = await startTestGateway(dir, { ...SERVING, 'evaluation.allow_builtins': ['http.send'], 'evaluation.timeout': '20s' });
    const { text } = await connect(gateway.url).ask('POST', '/v1/data/out/value', '{"input":{}}');
    expect(JSON.parse(text)).toEqual({ result: 200 });
    expect(hits).toBe(1);
  });
});
