import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';

const POLICY = 'package net\n\ndefault allow := false\n\nallow if input.ok\n\nextra := 1\n';
const DATA = JSON.stringify({
  net: { blocked_hosts: ['a', 'b'], default_action: 'deny', names: Array.from({ length: 50 }, (_, index) => `name-${index}`) },
});

const CASES: readonly (readonly [guard: string, file: string, text: string, says: string])[] = [
  ['modules', 'net.rego', 'package other\n\nx := 1\n', 'data: net -> other'],
  ['entrypoints', 'net.rego', POLICY.replace('extra := 1', ''), 'data.net.extra: asked within a day -> gone'],
  ['defaults', 'net.rego', POLICY.replace('allow := false', 'allow := true'), 'data.net.allow: false -> true'],
  ['defaults', 'data.json', DATA.replace('"deny"', '"Allow"'), 'data.net.default_action: "deny" -> "Allow"'],
  ['block_lists', 'data.json', DATA.replace('["a","b"]', '[]'), 'data.net.blocked_hosts: 2 entries -> none'],
  ['data', 'data.json', JSON.stringify({ net: { blocked_hosts: ['a', 'b'] } }), 'bytes'],
];

describe('a guard', () => {
  it.each(CASES)('%s: warns, refuses when it is enforced, and can be accepted by name', async (guard, file, text, says) => {
    const policyDir = await tempDir({ 'net.rego': POLICY, 'data.json': DATA });
    const settings = { 'gateway.watcher.enabled': false };
    const running = await startTestGateway(policyDir, { ...settings, [`guards.${guard}`]: 'enforce' });
    expect((await running.call('POST', '/v1/data/net/extra')).json()).toMatchObject({ result: 1 });
    const first = running.gateway.engine.current?.id;
    await writeFile(path.join(policyDir, file), text);

    const refused = await running.call('POST', '/policy/reload', {});
    expect(refused.status).toBe(500);
    expect(refused.json()).toMatchObject({ code: 'policy_guard', revision: first });
    expect(refused.json()['error']).toContain(says);
    expect(refused.json()['error']).toContain(`policy reload --accept ${guard}`);

    const other = await running.call('POST', '/policy/reload', { accept: ['something_else'] });
    expect(other.status).toBe(400);
    expect(other.json()['error']).toContain('modules, entrypoints, defaults, block_lists, data');
    const accepted = await running.call('POST', '/policy/reload', { accept: [guard], by: 'ann' });
    expect(accepted.status).toBe(200);
    expect(accepted.json()['warnings']).toContainEqual(expect.objectContaining({ code: `guard_${guard}` }));
    expect((await running.gateway.history.entries()).at(-1)).toMatchObject({ accepted: [guard], by: 'ann' });
    expect(running.gateway.audit.list({ action: 'policy-reload', limit: 1 })[0]?.details).toContain(`accepting ${guard}`);
  });

  it('warns alone by default, but for a folder in which nothing is left of what served', async () => {
    const policyDir = await tempDir({ 'net.rego': POLICY, 'data.json': DATA });
    const running = await startTestGateway(policyDir, { 'gateway.watcher.enabled': false });
    await writeFile(path.join(policyDir, 'net.rego'), POLICY.replace('allow := false', 'allow := true'));
    const warned = await running.gateway.engine.reload('watch');
    expect(warned).toMatchObject({ status: 'reloaded', diagnostics: [{ severity: 'warning', code: 'guard_defaults' }] });
    await writeFile(path.join(policyDir, 'net.rego'), 'package other\n\nx := 1\n');
    expect(await running.gateway.engine.reload('watch')).toMatchObject({ status: 'rejected', error: { code: 'policy_guard' } });
    expect(await running.gateway.engine.reload('api', { force: true })).toMatchObject({ status: 'reloaded' });
  });

  it('speaks of every package before each domain does, and lets all of them go when that is accepted', async () => {
    const policyDir = await shippedPolicies();
    const running = await startTestGateway(policyDir, { 'gateway.watcher.enabled': false });
    await rm(path.join(policyDir, 'rego'), { recursive: true });
    await writeFile(path.join(policyDir, 'other.rego'), 'package other\n\nx := 1\n');

    const refused = await running.call('POST', '/policy/reload', {});
    expect(refused.json()).toMatchObject({
      code: 'policy_guard',
      diagnostics: expect.arrayContaining([expect.objectContaining({ code: 'guard_modules', severity: 'error' })]) as unknown,
    });
    expect(refused.json()['error']).toMatch(/guard modules: .*defenseclaw\.admission.* -> other; .*policy reload --accept modules/u);
    const accepted = await running.call('POST', '/policy/reload', { accept: ['modules'], by: 'ann' });
    expect(accepted.json()).toMatchObject({ changed: true, lost_domains: expect.arrayContaining(['admission', 'firewall']) as unknown });
    expect((await running.call('POST', '/v1/data/other/x')).json()).toMatchObject({ result: 1 });
  });

  it('accepted for every package does not let a single domain go', async () => {
    const policyDir = await shippedPolicies();
    const running = await startTestGateway(policyDir, { 'gateway.watcher.enabled': false });
    await rm(path.join(policyDir, 'rego', 'admission.rego'));
    const asked = await running.call('POST', '/policy/reload', { accept: ['modules'] });
    expect(asked.json()).toMatchObject({ code: 'policy_domain_lost', lost_domains: ['admission'] });
  });

  it('says what is lost with a folder that has no module left, which nobody can accept', async () => {
    const policyDir = await tempDir({ 'net.rego': POLICY, 'data.json': DATA });
    const running = await startTestGateway(policyDir, { 'gateway.watcher.enabled': false });
    const first = running.gateway.engine.current?.id;
    await rm(path.join(policyDir, 'net.rego'));
    for (const body of [{}, { accept: ['modules'] }, { force: true }]) {
      const refused = await running.call('POST', '/policy/reload', body);
      expect(refused.json()).toMatchObject({
        code: 'policy_no_modules',
        revision: first,
        diagnostics: [{ code: 'guard_modules', path: 'data' }],
      });
    }
    const [lost] = (await running.call('POST', '/policy/reload', {})).json()['diagnostics'] as [{ message: string }];
    expect(lost.message).toContain('data: net -> nothing');
  });
});
