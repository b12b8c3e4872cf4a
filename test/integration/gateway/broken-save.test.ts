import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';
import { waitFor } from '../../helpers/wait-for.js';

const ASK = { destination: 'github.com', port: 443, protocol: 'tcp', target_type: 'skill' };

describe('a broken save', () => {
  it('changes no decision, is told everywhere, and the mended save goes live', async () => {
    const dir = await shippedPolicies();
    const { call, log, gateway } = await startTestGateway(dir);
    const file = path.join(dir, 'rego', 'firewall.rego');
    const good = await readFile(file, 'utf8');
    const before = await call('POST', '/policy/evaluate/firewall', ASK);
    const revision = gateway.engine.current?.id;

    const broken = good.replace('package defenseclaw.firewall', 'package defenseclaw.firewall\n\nallow if {');
    await writeFile(file, broken);
    await waitFor('the rejected reload', () => gateway.engine.lastOutcome?.status === 'rejected');

    const during = await call('POST', '/policy/evaluate/firewall', ASK);
    expect(during.text).toBe(before.text);
    expect(during.headers.get('x-policy-revision')).toBe(before.headers.get('x-policy-revision'));
    expect(gateway.engine.current?.id).toBe(revision);
    expect(await readFile(file, 'utf8')).toBe(broken);

    const status = (await call('GET', '/status')).json()['policy'] as Record<string, unknown>;
    expect(status).toMatchObject({ on_disk_differs: true, last_attempt: { trigger: 'watch', outcome: 'rejected' } });
    expect(JSON.stringify(status['last_attempt'])).toContain('firewall.rego');
    const told = (): boolean => log.records.some(({ level, message }) => level === 'error' && message.includes('rejected'));
    await waitFor('the line in the log', told);
    const events = gateway.audit.list({ action: 'policy-reload', limit: 10 });
    const metrics = (await call('GET', '/metrics')).text;
    expect(metrics).toContain('defenseclaw_policy_reloads_total{status="failed",trigger="watch"} 1');
    expect(metrics).toMatch(/defenseclaw_policy_last_reload_successful 0/);
    expect(events[0]).toMatchObject({ outcome: 'rejected', trigger: 'watch', actor: 'watcher' });

    await writeFile(file, `${good}\n# mended\n`);
    await waitFor('the mended revision', () => gateway.engine.current?.id !== revision);
    const after = await call('POST', '/policy/evaluate/firewall', ASK);
    expect(after.text).toBe(before.text);
    expect(after.headers.get('x-policy-revision')).not.toBe(before.headers.get('x-policy-revision'));
    expect((await call('GET', '/metrics')).text).toMatch(/defenseclaw_policy_last_reload_successful 1/);
    const mended = /^policy reloaded: \w+ -> \w+, \d+ modules, mended, firewall\.rego, no rule and no data \(/u;
    await waitFor('the line that says so', () => log.records.some(({ level, message }) => level === 'info' && mended.test(message)));
  });
});
