import { describe, expect, it } from 'vitest';
import { FakeEngine, fakeRevision, outcome, REVISION_ID } from './fake-engine.js';
import { serve } from './harness.js';

const HEALTH = { method: 'GET', path: '/health', headers: {} };
const STATUS = { method: 'GET', path: '/status' };
const rejected = outcome({
  ...{ status: 'rejected', revision: REVISION_ID, previousRevision: REVISION_ID, candidate: 'b'.repeat(64), trigger: 'watch' },
  error: { code: 'policy_rejected', message: 'a.rego:3: secret policy text' },
  diagnostics: [{ severity: 'error', code: 'rego_parse_error', message: 'secret policy text', file: 'a.rego', row: 3 }],
});

describe('GET /health', () => {
  it('tells how every part is, keys sorted, to anybody', async () => {
    const { send } = await serve(new FakeEngine(() => undefined, fakeRevision()));
    const got = await send(HEALTH);
    expect(got.status).toBe(200);
    const body = JSON.parse(got.body) as Record<string, unknown>;
    expect(Object.keys(body)).toEqual([...Object.keys(body)].sort());
    expect(body).toMatchObject({
      status: 'ok',
      ...{ gateway: { state: 'running' }, api: { state: 'running' }, config: { state: 'running' }, telemetry: { state: 'running' } },
      guardrail: { state: 'running', details: { mode: 'observe' } },
      watcher: { state: 'running' },
      policy: { state: 'running', details: { revision: '0123456789ab' } },
      provenance: { schema_version: 7, content_hash: REVISION_ID, generation: 1, binary_version: '1.2.3' },
    });
    expect(body).not.toHaveProperty('reason');
    expect(body['uptime_ms']).toEqual(expect.any(Number));
  });

  it('is degraded after a rejected reload, without giving policy text away', async () => {
    const engine = new FakeEngine(() => undefined, fakeRevision());
    engine.lastOutcome = rejected;
    const { send } = await serve(engine);
    const got = await send(HEALTH);
    expect(got.status).toBe(200);
    expect(JSON.parse(got.body)).toMatchObject({ status: 'degraded', reason: 'the last reload was rejected (policy_rejected)' });
    expect(got.body).not.toContain('secret');
  });

  it('is degraded while the watcher only sweeps, the trail cannot be written, or nothing serves', async () => {
    const { send } = await serve(new FakeEngine(() => undefined, undefined), {
      watcher: () => ({ mode: 'degraded', reason: 'ENOSPC', since: new Date(0), events: 0, missed: 1 }),
      audit: () => ({ ok: false, failures: 4, lastError: 'disk full', since: new Date(0) }),
    });
    expect(JSON.parse((await send(HEALTH)).body)).toMatchObject({
      status: 'degraded',
      reason: 'no policy revision is loaded; the watcher is degraded: ENOSPC; the audit store fails',
      watcher: { state: 'reconnecting' },
      audit: { state: 'error', details: { failures: 4 } },
      policy: { state: 'starting' },
    });
  });

  it('says that a watcher is off, which is no fault', async () => {
    const { send } = await serve(new FakeEngine(() => undefined, fakeRevision()), { watcher: () => undefined });
    expect(JSON.parse((await send(HEALTH)).body)).toMatchObject({ status: 'ok', watcher: { state: 'disabled' } });
  });

  it.each(['ready', 'bundles', 'plugins', 'bundles&plugins', 'bundles=true'])(
    'asked for readiness with ?%s answers as OPA does',
    async (flags) => {
      const engine = new FakeEngine(() => undefined, undefined);
      const { send } = await serve(engine);
      const path = `/health?${flags}`;
      expect(await send({ ...HEALTH, path })).toMatchObject({ status: 500, body: '{"error":"no policy revision is loaded"}\n' });
      engine.current = fakeRevision();
      expect(await send({ ...HEALTH, path })).toMatchObject({ status: 200, body: '{}\n' });
    },
  );

  it('has a path for each probe: it lives always, and is ready while a revision serves and nobody stops it', async () => {
    const engine = new FakeEngine(() => undefined, undefined);
    const { send, api } = await serve(engine);
    const probe = async (name: string) => {
      const { status, body } = await send({ ...HEALTH, path: `/health/${name}` });
      return { status, body };
    };
    expect(await probe('live')).toEqual({ status: 200, body: '{}\n' });
    expect(await probe('ready')).toEqual({ status: 503, body: '{"error":"no policy revision is loaded"}\n' });
    engine.current = fakeRevision();
    engine.lastOutcome = rejected;
    expect(await probe('ready')).toEqual({ status: 200, body: '{}\n' });
    api.leave();
    expect(await probe('ready')).toEqual({ status: 503, body: '{"error":"the gateway is shutting down"}\n' });
    expect(await probe('live')).toEqual({ status: 200, body: '{}\n' });
  });

  it('counts generations', async () => {
    const engine = new FakeEngine(() => undefined, fakeRevision());
    const { send } = await serve(engine);
    await engine.reload();
    expect(JSON.parse((await send(HEALTH)).body)).toMatchObject({ provenance: { generation: 2 } });
  });
});

describe('GET /status', () => {
  it('tells the whole story of the policy', async () => {
    const engine = new FakeEngine(() => undefined, fakeRevision());
    engine.lastOutcome = rejected;
    const { send } = await serve(engine, { evaluator: () => ({ workers: 1 }), judge: () => ({ cache: { size: 0 } }) });
    const body = JSON.parse((await send(STATUS)).body) as Record<string, unknown>;
    expect(body).toMatchObject({
      health: { status: 'degraded' },
      runtime: { pid: process.pid, data_dir: '/data' },
      policy: {
        ...{
          state: 'stale',
          revision: REVISION_ID,
          loaded_at: '2026-01-02T03:04:05.000Z',
          source: '/policies/rego',
          on_disk_differs: true,
        },
        last_attempt: {
          ...{ trigger: 'watch', outcome: 'rejected', at: '2026-01-02T03:04:06.000Z', candidate: 'b'.repeat(64) },
          ...{ diagnostics: rejected.diagnostics, error: rejected.error },
        },
      },
      evaluator: { workers: 1 },
      judge: { cache: { size: 0 } },
    });
    expect(JSON.stringify(body)).not.toContain('correct-horse');
  });

  it.each([
    ['the same', () => Promise.resolve(REVISION_ID), false],
    ['other files', () => Promise.resolve('d'.repeat(64)), true],
    ['nothing readable', () => Promise.reject(new Error('EACCES')), true],
  ])('looks at the disk: %s', async (_, idOnDisk, differs) => {
    const { send } = await serve(new FakeEngine(() => undefined, fakeRevision()), { idOnDisk });
    expect(JSON.parse((await send(STATUS)).body)).toMatchObject({ policy: { state: 'current', on_disk_differs: differs } });
  });

  it('says so when there is nothing', async () => {
    const { send } = await serve(undefined);
    expect(JSON.parse((await send(STATUS)).body)).toMatchObject({ policy: { state: 'none', revision: null, last_attempt: null } });
  });
});

describe('GET /metrics', () => {
  it('gives the registry as it is', async () => {
    const { send } = await serve(new FakeEngine(() => undefined, fakeRevision()));
    const got = await send({ method: 'GET', path: '/metrics' });
    expect([got.status, got.body, got.headers['content-type']]).toEqual([200, 'up 1\n', 'text/plain; version=0.0.4; charset=utf-8']);
  });
});
