import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

const SCHEMA = '{"type": "object", "properties": {"limit": {"type": "integer", "maximum": 10}}}';

interface Folder extends TestGateway {
  readonly write: (name: string, text: string) => Promise<void>;
  readonly served: () => Promise<unknown>;
  readonly gate: () => Promise<unknown>;
  readonly audited: (action: string) => readonly string[];
}

async function folder(settings: Readonly<Record<string, unknown>> = {}): Promise<Folder> {
  const dir = await tempDir({
    'a.rego': 'package a\n\nlimit := data.app.limit\n',
    'app/data.json': '{"limit": 5}',
    'app/data.schema.json': SCHEMA,
  });
  const started = await startTestGateway(dir, { 'gateway.watcher.enabled': false, 'gates.tests': 'off', ...settings });
  const { call, gateway } = started;
  return {
    ...started,
    write: (name, text) => writeFile(path.join(dir, name), text),
    served: async () => (await call('POST', '/v1/data/a/limit', {})).json()['result'],
    gate: async () => ((await call('GET', '/status')).json()['gates'] as { schema: unknown }).schema,
    audited: (action) => gateway.audit.list({ action }).map(({ details }) => details),
  };
}

describe('gates.schema', () => {
  it('refuses data that does not meet its schema, with path and line, and serves on; force passes it, audited', async () => {
    const { write, call, served, gate, audited, log } = await folder();
    expect(await gate()).toMatchObject({ mode: 'enforce', state: 'passed' });
    await write('app/data.json', '{\n"limit": 11}');
    const refused = await call('POST', '/policy/reload');
    expect(refused.status).toBe(500);
    expect(refused.headers.get('x-defenseclaw-error')).toBe('policy_schema_failed');
    expect(refused.json()).toMatchObject({
      error: 'reload failed: app/data.json:2: data.app.limit must be <= 10',
      diagnostics: [{ code: 'policy_schema_failed', path: 'data.app.limit', file: 'app/data.json', row: 2, col: 10, line: '"limit": 11}' }],
      gates: { schema: { mode: 'enforce', state: 'failed' } },
    });
    expect(await served()).toBe(5);
    expect(log.records.some(({ level, message }) => level === 'error' && message.includes('data.app.limit must be <= 10'))).toBe(true);
    expect((await call('GET', '/metrics')).text).toContain(
      'defenseclaw_policy_gate_runs_total{gate="schema",mode="enforce",result="failed"} 1',
    );

    const forced = await call('POST', '/policy/reload', { force: true, by: 'ann@desk' });
    expect(forced.json()).toMatchObject({ changed: true, gates: { schema: { state: 'forced', by: 'ann@desk' } } });
    expect(await served()).toBe(11);
    expect(audited('policy-gates-forced')[0]).toContain('gate schema passed by force by ann@desk: data.app.limit must be <= 10');
  });

  it('holds a new schema against what serves, and makes no revision of it', async () => {
    const { write, call, gate, gateway } = await folder();
    const before = gateway.engine.current?.id;
    await write('app/data.schema.json', SCHEMA.replace('10', '4'));
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ code: 'policy_schema_failed' });
    await write('app/data.schema.json', SCHEMA.replace('10', '8'));
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ changed: false, revision: before });
    expect(await gate()).toMatchObject({ state: 'passed' });
  });

  it('only tells of it with warn, and ends a check that does not end', async () => {
    const { write, call, served, audited } = await folder({ 'gates.schema': 'warn', 'gates.timeout': '12s' });
    await write('app/data.json', '{"limit": 11}');
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ changed: true, gates: { schema: { state: 'failed' } } });
    expect(await served()).toBe(11);
    expect(audited('policy-schema')[0]).toContain('data.app.limit must be <= 10');
    await write('app/data.schema.json', '{"properties": {"name": {"pattern": "^(a+)+$"}}}');
    await write('app/data.json', JSON.stringify({ limit: 12, name: `${'a'.repeat(60)}!` }));
    const slow = (await call('POST', '/policy/reload')).json();
    expect(slow).toMatchObject({
      changed: true,
      gates: { schema: { findings: [{ message: expect.stringContaining('within 12000 ms') as string }] } },
    });
    expect(await served()).toBe(12);
  }, 120_000);
});
