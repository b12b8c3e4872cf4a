import { rename } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';
import { waitFor } from '../../helpers/wait-for.js';

const ADMISSION = { input: { target_type: 'skill', target_name: 'x' } };

interface Moved {
  readonly dir: string;
  readonly away: () => Promise<void>;
  readonly back: () => Promise<void>;
}

/** The shipped policies with a module that can be moved out of the folder and back. */
async function movable(module: string): Promise<Moved> {
  const dir = await shippedPolicies();
  const [inside, outside] = [path.join(dir, 'rego', module), path.join(dir, module)];
  return { dir, away: () => rename(inside, outside), back: () => rename(outside, inside) };
}

async function reason({ call }: TestGateway): Promise<unknown> {
  return (await call('GET', '/health', undefined, { Authorization: '' })).json()['reason'];
}

const NO_WATCH = { 'gateway.watcher.enabled': false };

describe('a decision domain whose module vanishes', () => {
  it('is kept by rejecting the reload, the same whether a file event or a person asks', async () => {
    const { dir, away } = await movable('admission.rego');
    const gateway = await startTestGateway(dir);
    const { call, log } = gateway;
    const { engine } = gateway.gateway;
    const before = await call('POST', '/policy/evaluate', ADMISSION);
    await away();
    const watched = await waitFor('the rejected reload', () =>
      engine.lastOutcome?.status === 'rejected' ? engine.lastOutcome : undefined,
    );
    const asked = await call('POST', '/policy/reload');
    expect(watched).toMatchObject({ trigger: 'watch', error: { code: 'policy_domain_lost' } });
    expect(asked.status).toBe(500);
    expect(asked.json()).toMatchObject({
      ...{ status: 'failed', code: 'policy_domain_lost', lost_domains: ['admission'] },
      ...{ error: `reload failed: ${watched.error?.message ?? ''}`, diagnostics: watched.diagnostics },
    });
    expect(await reason(gateway)).toBe('the last reload was rejected (policy_domain_lost: admission)');
    expect(log.records.find(({ level, message }) => level === 'error' && message.includes('admission'))).toBeDefined();
    const after = await call('POST', '/policy/evaluate', ADMISSION);
    expect([after.text, after.headers.get('x-policy-revision')]).toEqual([before.text, before.headers.get('x-policy-revision')]);
  });

  it('goes with a word in the answer, the log and the health where it is not required, until it is back', async () => {
    const { dir, away, back } = await movable('admission.rego');
    const gateway = await startTestGateway(dir, { ...NO_WATCH, 'policy.required_domains': [] });
    const { call, log } = gateway;
    await away();
    const lost = await call('POST', '/policy/reload');
    expect(lost.status).toBe(200);
    expect(lost.json()).toMatchObject({ changed: true, lost_domains: ['admission'], warnings: [{ code: 'domain_lost' }] });
    expect(log.records.find(({ level, fields }) => level === 'warn' && fields['domain'] === 'admission')).toBeDefined();
    const degraded = 'the domain admission is answered no more';
    expect(await reason(gateway)).toBe(degraded);
    expect((await call('POST', '/policy/evaluate', ADMISSION)).json()).toMatchObject({ data: { verdict: 'rejected' } });
    // It stays lost over a reload that has nothing to do with it.
    await rename(path.join(dir, 'rego', 'sandbox.rego'), path.join(dir, 'rego', 'box.rego'));
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ changed: true, lost_domains: ['admission'] });
    expect(await reason(gateway)).toBe(degraded);
    await back();
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ changed: true, warnings: [] });
    expect(await reason(gateway)).toBeUndefined();
  });

  it('may be given up by force where it is required by default, and not where it is required by name', async () => {
    for (const [settings, status] of [
      [{}, 200],
      [{ 'policy.required_domains': ['sandbox'] }, 500],
    ] as const) {
      const { dir, away } = await movable('sandbox.rego');
      const { call } = await startTestGateway(dir, { ...NO_WATCH, ...settings });
      await away();
      expect((await call('POST', '/policy/reload')).status).toBe(500);
      const forced = await call('POST', '/policy/reload', { force: true });
      expect(forced.status).toBe(status);
      expect(forced.json()).toMatchObject({ lost_domains: ['sandbox'] });
    }
  });

  it('keeps a first revision without a domain that is required by name from serving', async () => {
    const { dir, away, back } = await movable('audit.rego');
    await away();
    const gateway = await startTestGateway(dir, { ...NO_WATCH, 'policy.required_domains': ['firewall', 'audit'] });
    expect(await reason(gateway)).toBe('no policy revision is loaded (policy_domain_lost: audit)');
    await back();
    expect((await gateway.call('POST', '/policy/reload')).json()).toMatchObject({ changed: true });
    expect(await reason(gateway)).toBeUndefined();
  });
});
