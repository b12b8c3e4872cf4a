import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';
import { subscribe } from '../../helpers/subscribe.js';
import { waitFor } from '../../helpers/wait-for.js';

const SETTINGS = { 'watchdog.enabled': true, 'watchdog.window': '10m', 'watchdog.minimum': 5, 'gateway.watcher.enabled': false };
const FIREWALL = JSON.stringify({ destination: 'github.com', port: 443 });

/** Asks for decisions one after the other until the test is over. */
function keepAsking(ask: () => Promise<unknown>): { readonly made: () => number } {
  let made = 0;
  const over = new AbortController();
  onTestFinished(() => over.abort());
  void (async () => {
    while (!over.signal.aborted) {
      await ask().catch(() => undefined);
      made += 1;
    }
  })();
  return { made: () => made };
}

async function metric({ call }: TestGateway, series: string): Promise<number> {
  const { text } = await call('GET', '/metrics');
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length + 1) ?? Number.NaN,
  );
}

/** An edit that compiles, passes the gates, and spoils what the firewall decides. */
const SPOILT: readonly (readonly [name: string, kind: string, spoil: (text: string) => string, entrypoint: string])[] = [
  [
    'fails at run time',
    'errors',
    (text) => `${text}\naction := "deny" if input.port == 443\naction := "allow" if input.port > 0\n`,
    'defenseclaw/firewall',
  ],
  [
    'decides nothing',
    'undecided',
    (text) => text.replaceAll(/^default action :?=.*$/gmu, '').replaceAll(/^action :?=/gmu, 'other :='),
    'defenseclaw/firewall',
  ],
];

describe.each([0, 2])('with %i serving processes, an edit that', (processes) => {
  it.each(SPOILT)('%s is taken back by the watchdog, which says so everywhere', async (_name, kind, spoil, entrypoint) => {
    const policyDir = await shippedPolicies();
    const running = await startTestGateway(policyDir, { ...SETTINGS, 'http.processes': processes });
    const { engine, audit } = running.gateway;
    const good = engine.current?.id ?? '';
    const traffic = keepAsking(() => running.call('POST', '/policy/evaluate/firewall', FIREWALL));
    await waitFor('some decisions', () => traffic.made() > 20);
    // The serving processes report each second: what was before is known after that.
    const before = Date.now();
    await waitFor('a report', () => processes === 0 || Date.now() - before > 2_500);
    const listener = await subscribe(running.url);
    await listener.events(1);

    const file = path.join(policyDir, 'rego', 'firewall.rego');
    await writeFile(file, spoil(await readFile(file, 'utf8')));
    const bad = await engine.reload('watch', { force: true });
    expect(bad).toMatchObject({ status: 'reloaded', previousRevision: good });
    await waitFor('the watchdog to go back', () => engine.current?.id === good);

    expect(engine.pin).toMatchObject({ revision: good, by: 'watchdog', reason: expect.stringContaining(`of ${entrypoint}: `) as string });
    await waitFor('the outcome', () => engine.lastOutcome?.trigger === 'rollback');
    expect(running.log.records).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringMatching(/^watchdog: .* going back from/u) as string }),
    );
    expect(audit.list({ action: 'policy-watchdog' })).toMatchObject([{ severity: 'HIGH', from_revision: bad.revision, to_revision: good }]);
    expect((await running.call('GET', '/health')).json()).toMatchObject({
      status: 'degraded',
      reason: expect.stringContaining(`the watchdog went back to ${good.slice(0, 12)}`) as string,
    });
    expect((await running.call('GET', '/status')).json()).toMatchObject({
      watchdog: { state: 'resting', last: { kind, entrypoint, from: bad.revision, to: good } },
    });
    expect(await metric(running, `defenseclaw_policy_watchdog_rollbacks_total{kind="${kind}"}`)).toBe(1);
    const heard = await listener.events(4);
    expect(heard.map(({ event }) => event)).toEqual(['serving', 'reloaded', 'rolled_back', 'pinned']);
    expect(heard[2]?.data).toMatchObject({ by: 'watchdog', from: bad.revision, to: good });
    expect((await running.call('POST', '/policy/evaluate/firewall', FIREWALL)).status).toBe(200);
  });
});

describe('a good edit', () => {
  it('goes on to serve', async () => {
    const policyDir = await shippedPolicies();
    const running = await startTestGateway(policyDir, SETTINGS);
    const { engine } = running.gateway;
    await appendFile(path.join(policyDir, 'rego', 'firewall.rego'), '\nextra := 1\n');
    const { revision } = await engine.reload('watch');
    const traffic = keepAsking(() => running.call('POST', '/policy/evaluate/firewall', FIREWALL));
    await waitFor('many decisions', () => traffic.made() > 100);
    expect(engine.current?.id).toBe(revision);
    expect((await running.call('GET', '/status')).json()).toMatchObject({
      watchdog: { state: 'watching', watching: revision, last: null },
    });
  });
});
