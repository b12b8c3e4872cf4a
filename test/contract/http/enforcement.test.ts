import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuditStore } from '../../../src/audit/audit-store.js';
import type { AuditStore } from '../../../src/audit/audit-store.js';
import { openStateDatabase } from '../../../src/audit/database.js';
import { createEnforcementStore } from '../../../src/audit/enforcement-store.js';
import { auditEventResources } from '../../../src/http/routes/audit-events.js';
import { enforcementResources } from '../../../src/http/routes/enforcement.js';
import { silentLog } from '../../../src/log.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { FakeEngine, fakeRevision } from './fake-engine.js';
import { serve } from './harness.js';

interface Bench {
  readonly ask: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;
  readonly audit: AuditStore;
  readonly engine: FakeEngine;
  /** From now on every read and write of the store fails. */
  readonly breakStore: () => void;
}

async function start(): Promise<Bench> {
  const database = openStateDatabase(path.join(await tempDir(), 'state.db'));
  const audit = createAuditStore({ database });
  const store = createEnforcementStore({ database, maxEntries: 3, recheckMs: 0 });
  const engine = new FakeEngine(() => '{"verdict":"scan"}', fakeRevision());
  const log = silentLog;
  const resources = [
    ...enforcementResources({ store, audit: (event) => void audit.append(event), log }),
    ...auditEventResources({ store: audit, log }),
  ];
  const { send } = await serve(engine, { resources, enforcement: store });
  return {
    audit,
    engine,
    breakStore: () => database.close(),
    ask: async (method, route, body) => {
      const answer = await send({ method, path: route, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      return { status: answer.status, body: JSON.parse(answer.body) as unknown };
    },
  };
}

const SKILL = { target_type: 'skill', target_name: 'web-search' };

describe('the enforcement lists', () => {
  it('block, allow, unblock, and show the newest first', async () => {
    const { ask, audit } = await start();
    expect(await ask('GET', '/enforce/blocked')).toEqual({ status: 200, body: [] });
    expect(await ask('POST', '/enforce/block', { ...SKILL, source_path: '/opt/skills' })).toEqual({
      status: 200,
      body: { status: 'blocked' },
    });
    expect(await ask('POST', '/enforce/block', { ...SKILL, target_name: 'other', reason: 'odd' })).toMatchObject({ status: 200 });
    const { body } = await ask('GET', '/enforce/blocked');
    expect(body).toMatchObject([
      { target_name: 'other', reason: 'odd' },
      { target_name: 'web-search', reason: 'blocked via REST API', source_path: '/opt/skills' },
    ]);
    expect(await ask('POST', '/enforce/allow', SKILL)).toEqual({ status: 200, body: { status: 'allowed' } });
    expect((await ask('GET', '/enforce/allowed')).body).toMatchObject([{ target_name: 'web-search', reason: 'allowed via REST API' }]);
    expect((await ask('GET', '/enforce/blocked')).body).toMatchObject([{ target_name: 'other' }]);
    for (const target_name of ['other', 'never there']) {
      expect(await ask('DELETE', '/enforce/block', { ...SKILL, target_name })).toEqual({ status: 200, body: { status: 'unblocked' } });
    }
    expect(audit.list().map(({ action, target }) => `${action} ${target}`)).toEqual([
      ...['api-enforce-unblock skill:never there', 'api-enforce-unblock skill:other', 'api-enforce-allow skill:web-search'],
      ...['api-enforce-block skill:other', 'api-enforce-block skill:web-search'],
    ]);
  });

  it('goes into the next admission, with its path', async () => {
    const { ask, engine } = await start();
    await ask('POST', '/enforce/block', { ...SKILL, source_path: '/opt/skills' });
    await ask('POST', '/policy/evaluate', { input: SKILL });
    const input = JSON.parse(Buffer.from(engine.asked[0]?.input ?? '').toString()) as Record<string, unknown>;
    expect(input['block_list']).toMatchObject([{ ...SKILL, source_path: '/opt/skills' }]);
  });

  it('knows a plugin by its own name', async () => {
    const { ask } = await start();
    await ask('POST', '/enforce/allow', { target_type: 'plugin', target_name: '/home/u/plugins/tidy' });
    expect((await ask('GET', '/enforce/allowed')).body).toMatchObject([{ target_name: 'tidy' }]);
  });

  it.each([
    ['{}', 'target_type and target_name are required'],
    ['{"target_type":"skill","target_name":" "}', 'target_type and target_name are required'],
    ['{"target_type":7}', 'invalid JSON body'],
    ['', 'invalid JSON body'],
  ])('refuses %j', async (body, error) => {
    const { ask } = await start();
    for (const [method, route] of [
      ['POST', '/enforce/block'],
      ['DELETE', '/enforce/block'],
      ['POST', '/enforce/allow'],
    ] as const) {
      const given: unknown = body === '' ? undefined : JSON.parse(body);
      expect(await ask(method, route, given)).toEqual({ status: 400, body: { error } });
    }
  });

  it('refuses more entries than travel with an admission, and names too long to be names', async () => {
    const { ask } = await start();
    for (const target_name of ['a', 'b', 'c']) await ask('POST', '/enforce/block', { ...SKILL, target_name });
    expect(await ask('POST', '/enforce/block', { ...SKILL, target_name: 'd' })).toMatchObject({ status: 409 });
    expect(await ask('POST', '/enforce/block', { ...SKILL, target_name: 'x'.repeat(5000) })).toMatchObject({ status: 400 });
  });

  it('says so when the store fails: that is no empty list', async () => {
    const { ask, breakStore } = await start();
    await ask('POST', '/enforce/block', SKILL);
    breakStore();
    const failed = { status: 503, body: { error: 'audit store unavailable' } };
    expect(await ask('GET', '/enforce/blocked')).toEqual(failed);
    expect(await ask('POST', '/enforce/block', SKILL)).toEqual(failed);
    expect(await ask('DELETE', '/enforce/block', SKILL)).toEqual(failed);
    expect(await ask('POST', '/policy/evaluate', { input: SKILL })).toEqual(failed);
    expect(await ask('GET', '/alerts')).toEqual(failed);
    expect(await ask('POST', '/audit/event', { action: 'note' })).toEqual(failed);
  });
});

describe('POST /audit/event and GET /alerts', () => {
  it('keeps events of callers and shows those that matter', async () => {
    const { ask, audit } = await start();
    expect(await ask('GET', '/alerts')).toEqual({ status: 200, body: null });
    expect(await ask('POST', '/audit/event', { action: 'scan-finished' })).toEqual({ status: 200, body: { status: 'ok' } });
    const event = { action: 'finding', severity: 'high', actor: 'scanner', target: 'skill:x', timestamp: '2026-01-02T03:04:05+01:00' };
    await ask('POST', '/audit/event', event);
    expect((await ask('GET', '/alerts?limit=1')).body).toMatchObject([{ action: 'finding', severity: 'HIGH', actor: 'api:scanner' }]);
    expect(audit.list()).toMatchObject([
      { timestamp: '2026-01-02T02:04:05.000Z' },
      { action: 'scan-finished', severity: 'INFO', actor: 'api' },
    ]);
  });

  it.each(['0', '-1', 'x', '1.5'])('refuses limit=%s', async (limit) => {
    const { ask } = await start();
    expect(await ask('GET', `/alerts?limit=${limit}`)).toEqual({ status: 400, body: { error: 'limit must be a positive integer' } });
  });

  it.each([
    [{}, 400, 'action is required'],
    [{ action: 'note', severity: 'SEVERE' }, 400, 'severity must be one of INFO, LOW, MEDIUM, HIGH, CRITICAL'],
    [{ action: 'note', timestamp: 'yesterday' }, 400, 'timestamp must be a time in RFC 3339'],
    [{ action: 'policy-reload' }, 403, 'action "policy-reload" is written by the gateway alone'],
    [{ action: ' Policy-Reload ' }, 403, 'action "Policy-Reload" is written by the gateway alone'],
    [{ action: 'p\u043elicy-reload' }, 400, 'action must be a stable identifier'],
    [{ action: 'inspect-reveal-pii' }, 403, 'action "inspect-reveal-pii" is written by the gateway alone'],
  ])('refuses %j', async (event, status, error) => {
    const { ask, audit } = await start();
    expect(await ask('POST', '/audit/event', event)).toEqual({ status, body: { error } });
    expect(audit.list()).toEqual([]);
  });
});
