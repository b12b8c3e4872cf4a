import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderDryRun } from '../../../src/cli/render-dry-run.js';
import type { DryRun } from '../../../src/gateway/dry-run.js';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

const policy = (limit: number, allow = false): string =>
  `package a\n\nlimit := ${limit}\n\ndefault allow := ${allow}\n\nallow if input.size < limit\n`;
const TEST = 'package a_test\n\nimport data.a\n\ntest_limit if a.limit == 5\n';
const ENFORCED = { 'gateway.watcher.enabled': false, 'gates.tests': 'enforce', 'guards.defaults': 'enforce' };

interface Scene extends TestGateway {
  readonly save: (name: string, text: string) => Promise<void>;
  readonly dryRun: (body?: unknown) => Promise<DryRun>;
  /** Everything that a dry run must leave as it was. */
  readonly standing: () => Promise<unknown>;
}

async function scene(settings: Readonly<Record<string, unknown>> = ENFORCED): Promise<Scene> {
  const dir = await tempDir({ 'a.rego': policy(5), 'a_test.rego': TEST });
  const started = await startTestGateway(dir, settings);
  const { call, gateway } = started;
  return {
    ...started,
    save: (name, text) => writeFile(path.join(dir, name), text),
    async dryRun(body) {
      const answer = await call('POST', '/policy/dry-run', body);
      expect(answer.status).toBe(200);
      return answer.json() as unknown as DryRun;
    },
    async standing() {
      const status = (await call('GET', '/status')).json();
      const counted = (await call('GET', '/metrics')).text.split('\n').filter((line) => /^defenseclaw_policy_(?:reload|gate)/u.test(line));
      const { current, lastOutcome, pin, warm } = gateway.engine;
      const kept = await gateway.history.entries();
      return { gates: status['gates'], counted, current, lastOutcome, pin, warm: [...warm], kept, audited: gateway.audit.list({}) };
    },
  };
}

const plain = (_style: string, text: string): string => text;

describe('a dry run', { timeout: 120_000 }, () => {
  it('tells all that an edit would be refused for, and what it changes, and changes nothing itself', async () => {
    const { save, dryRun, standing, gateway, call } = await scene();
    await gateway.engine.hold({ by: 'ann' });
    const before = await standing();
    const serving = gateway.engine.current?.id;
    await save('a.rego', policy(6, true));

    const report = await dryRun();
    expect(report).toMatchObject({ dry_run: true, status: 'rejected', serving, code: 'policy_guard' });
    expect(report.candidate).not.toBe(serving);
    expect(report.diagnostics.map(({ code }) => code)).toEqual(['guard_defaults', 'policy_tests_failed']);
    expect(report.gates).toMatchObject({ tests: { mode: 'enforce', state: 'failed', failed: 1, failing: ['data.a_test.test_limit'] } });
    expect(report.diff?.summary).toMatchObject({
      rules: { changed: [{ rule: 'allow' }, { rule: 'limit' }], defaults: [{ rule: 'allow', from: 'false', to: 'true' }] },
    });
    const shown = renderDryRun(report, plain);
    expect(shown).toContain('+limit := 6');
    expect(shown).toContain('guards   refused by defaults');
    expect(shown).toMatch(/tests {4}failed \(enforce, 0 of 1 passed/u);
    expect(shown).toMatch(/dry run: would be rejected: .*guard defaults/u);

    const accepted = await dryRun({ accept: ['defaults'], force: true, by: 'ann' });
    expect(accepted).toMatchObject({ status: 'accepted', diagnostics: [], gates: { tests: { state: 'forced', by: 'ann' } } });
    expect(accepted.warnings).toContainEqual(expect.objectContaining({ code: 'guard_defaults' }));
    expect(renderDryRun(accepted, plain)).toContain(', with 1 warning');
    expect(await standing()).toEqual(before);

    // What was passed by force in a dry run is not passed for good.
    expect((await call('POST', '/policy/reload', { accept: ['defaults'] })).json()).toMatchObject({ code: 'policy_tests_failed' });
    expect((await call('POST', '/policy/reload', { accept: ['defaults'], force: true })).status).toBe(200);
    expect(await dryRun()).toMatchObject({ status: 'unchanged', diff: { different: false } });
    expect(gateway.engine.current?.id).toBe(accepted.candidate);
  });

  it('runs the tests that a reload would run after the swap, and shows what does not compile with its line', async () => {
    const { save, dryRun, standing } = await scene({ 'gateway.watcher.enabled': false });
    await save('a.rego', policy(7));
    expect(await dryRun()).toMatchObject({ status: 'accepted', gates: { tests: { mode: 'warn', state: 'failed', failed: 1 } } });
    const before = await standing();
    await save('a.rego', 'package a\n\nlimit :=\n');
    const broken = await dryRun();
    expect(broken).toMatchObject({ status: 'rejected', code: 'policy_rejected', gates: {} });
    expect(broken.diagnostics[0]).toMatchObject({ file: 'a.rego', code: 'rego_parse_error' });
    expect(broken.diff).toMatchObject({ different: true, files: [{ path: 'a.rego', status: 'changed' }] });
    expect(await standing()).toEqual(before);
  });
});
