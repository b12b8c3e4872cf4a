import { describe, expect, it } from 'vitest';
import { FakeEngine, fakeRevision, outcome, REVISION_ID } from './fake-engine.js';
import { ADMITTED, serve } from './harness.js';

const RELOAD = { path: '/policy/reload' };
const PREVIOUS = 'f'.repeat(64);
const diagnostic = {
  severity: 'error',
  code: 'rego_parse_error',
  message: 'unexpected }',
  file: 'a.rego',
  row: 3,
  col: 1,
  line: '}',
} as const;

describe('POST /policy/reload', () => {
  it('answers what DefenseClaw answers and more', async () => {
    const { send } = await serve(new FakeEngine(() => undefined, fakeRevision()));
    const got = await send(RELOAD);
    expect(got.status).toBe(200);
    expect(got.headers['x-policy-revision']).toBe(REVISION_ID.slice(0, 12));
    const stages = '"stages":{"compile":10,"read":1},"status":"reloaded","warnings":[]';
    expect(got.body).toBe(
      `{"changed":true,"duration_ms":12.5,"modules":3,"policy_dir":"/etc/policies","previous_revision":"${PREVIOUS}","revision":"${REVISION_ID}",${stages}}\n`,
    );
  });

  it('is still a success when nothing changed', async () => {
    const engine = new FakeEngine(() => undefined, fakeRevision());
    engine.next = outcome({ status: 'unchanged', previousRevision: REVISION_ID });
    const { send } = await serve(engine);
    const got = await send(RELOAD);
    expect(got.status).toBe(200);
    expect(JSON.parse(got.body)).toMatchObject({ status: 'reloaded', policy_dir: '/etc/policies', changed: false });
  });

  it('shows only warnings as warnings', async () => {
    const engine = new FakeEngine(() => undefined, fakeRevision());
    const warning = { ...diagnostic, severity: 'warning' } as const;
    engine.next = outcome({ diagnostics: [warning] });
    const { send } = await serve(engine);
    expect(JSON.parse((await send(RELOAD)).body)).toMatchObject({ warnings: [warning] });
  });

  it('is 500 when a revision serves and goes on serving', async () => {
    const engine = new FakeEngine(() => undefined, fakeRevision());
    engine.next = outcome({
      ...{ status: 'rejected', revision: REVISION_ID, previousRevision: REVISION_ID, candidate: 'b'.repeat(64), diagnostics: [diagnostic] },
      error: { code: 'policy_rejected', message: 'a.rego:3: unexpected }' },
    });
    const { send } = await serve(engine);
    const got = await send(RELOAD);
    expect(got.status).toBe(500);
    expect(got.headers).toMatchObject({ 'x-defenseclaw-error': 'policy_rejected', 'x-policy-revision': '0123456789ab' });
    expect(JSON.parse(got.body)).toMatchObject({
      error: 'reload failed: a.rego:3: unexpected }',
      status: 'failed',
      diagnostics: [diagnostic],
      revision: REVISION_ID,
    });
  });

  it('is 400 when none served before', async () => {
    const engine = new FakeEngine(() => undefined, undefined);
    engine.next = {
      ...outcome({ status: 'rejected', diagnostics: [diagnostic], error: { code: 'policy_rejected', message: 'unexpected }' } }),
      ...{ revision: undefined, previousRevision: undefined },
    };
    const { send } = await serve(engine);
    const got = await send(RELOAD);
    expect(got.status).toBe(400);
    expect(JSON.parse(got.body)).toMatchObject({ error: 'compilation failed: unexpected }', status: 'failed', revision: null });
  });

  it.each(['policy_tests_failed', 'policy_schema_failed', 'policy_guard', 'policy_data_schema'] as const)(
    'is 500 when what compiled was refused (%s), whether something serves or not',
    async (code) => {
      const engine = new FakeEngine(() => undefined, undefined);
      engine.next = {
        ...outcome({ status: 'rejected', diagnostics: [{ ...diagnostic, code }], error: { code, message: 'refused' } }),
        ...{ revision: undefined, previousRevision: undefined },
      };
      const { send } = await serve(engine);
      const got = await send(RELOAD);
      expect([got.status, got.headers['x-defenseclaw-error']]).toEqual([500, code]);
      expect(JSON.parse(got.body)).toMatchObject({ error: 'reload failed: refused', code, status: 'failed', revision: null });
    },
  );

  it('says which member of a body does not fit', async () => {
    const { send } = await serve(new FakeEngine(() => undefined, fakeRevision()));
    const said = async (body: string): Promise<unknown> => JSON.parse((await send({ ...RELOAD, body })).body);
    expect(await said('{"force":"yes"}')).toEqual({ error: 'invalid JSON body: force: expected true or false' });
    expect(await said('{"accept":["a",1]}')).toEqual({ error: 'invalid JSON body: accept: expected a string' });
  });

  it.each([undefined, ''])('is 503 when policy_dir is %j', async (policyDir) => {
    const { send } = await serve(new FakeEngine(() => undefined, fakeRevision()), { policyDir });
    expect(await send(RELOAD)).toMatchObject({ status: 503, body: '{"error":"policy_dir not configured"}\n' });
  });

  it('is 503 until a reloader is registered', async () => {
    const { send } = await serve(undefined);
    expect(await send(RELOAD)).toMatchObject({ status: 503, body: '{"error":"policy reloader unavailable"}\n' });
  });

  it.each(['', ' \n', '{}', 'null', '{"unknown":1}', '{"force":false}', '{"force":null,"by":""}'])(
    'takes %j as a plain reload',
    async (body) => {
      const engine = new FakeEngine(() => undefined, fakeRevision());
      const { send } = await serve(engine);
      expect((await send({ ...RELOAD, body })).status).toBe(200);
      expect(engine.reloads).toEqual([{ requestId: expect.any(String) as string }]);
    },
  );

  it('passes on who forces it', async () => {
    const engine = new FakeEngine(() => undefined, fakeRevision());
    const { send } = await serve(engine);
    const headers = { ...ADMITTED, 'x-request-id': 'r-17' };
    expect((await send({ ...RELOAD, headers, body: '{"force":true,"by":"ann@desk"}' })).status).toBe(200);
    expect(engine.reloads).toEqual([{ force: true, by: 'ann@desk', requestId: 'r-17' }]);
  });

  it.each(['not json', '[]', '{"force":"yes"}', '{"force":1}', `{"by":"${'x'.repeat(257)}"}`, 'x'.repeat(3 << 20)])(
    'refuses a body that it cannot understand, and does not reload',
    async (body) => {
      const engine = new FakeEngine(() => undefined, fakeRevision());
      const { send } = await serve(engine);
      expect((await send({ ...RELOAD, body })).status).toBe(400);
      expect(engine.reloads).toEqual([]);
    },
  );
});
