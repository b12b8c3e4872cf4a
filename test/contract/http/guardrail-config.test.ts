import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NewAuditEvent } from '../../../src/audit/event.js';
import { createLiveGuardrail } from '../../../src/config/live-guardrail.js';
import { loadConfig } from '../../../src/config/load.js';
import { GatewayError } from '../../../src/errors.js';
import { guardrailConfigResource } from '../../../src/http/routes/guardrail-config.js';
import { guardrailEventResource } from '../../../src/http/routes/guardrail-event.js';
import { silentLog } from '../../../src/log.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { FakeEngine, fakeRevision } from './fake-engine.js';
import { ADMITTED, serve, TOKEN } from './harness.js';
import type { Harness } from './harness.js';

const FILE = '# ours\nguardrail:\n  mode: observe # for now\n';

interface Bench extends Harness {
  readonly engine: FakeEngine;
  readonly events: NewAuditEvent[];
  readonly file: () => Promise<string>;
  readonly home: string;
  readonly ask: (method: string, body?: string, headers?: Record<string, string>) => Promise<{ status: number; body: unknown }>;
}

async function start(options: { text?: string; auditFails?: boolean } = {}): Promise<Bench> {
  const home = await tempDir({ 'config.yaml': options.text ?? FILE });
  const config = loadConfig({ env: { DEFENSECLAW_HOME: home }, userHome: home });
  const live = createLiveGuardrail(config);
  const events: NewAuditEvent[] = [];
  const audit = (event: NewAuditEvent): void => {
    if (options.auditFails === true) throw new GatewayError('audit_store_failed', 'the disk is full');
    events.push(event);
  };
  const engine = new FakeEngine(() => '{"action":"allow","severity":"NONE"}', fakeRevision());
  const resources = [
    guardrailConfigResource({ live, token: TOKEN, audit, log: silentLog }),
    guardrailEventResource({ metrics: { guardrailEvaluation: () => undefined }, audit }),
  ];
  const harness = await serve(engine, { resources, guardrail: () => live.current });
  return {
    ...harness,
    engine,
    events,
    home,
    file: () => readFile(path.join(home, 'config.yaml'), 'utf8'),
    ask: async (method, body, headers = ADMITTED) => {
      const answer = await harness.send({ method, path: '/v1/guardrail/config', headers, ...(body === undefined ? {} : { body }) });
      return { status: answer.status, body: JSON.parse(answer.body) as unknown };
    },
  };
}

const STANDARD = {
  block_message: '',
  connector: '',
  hilt_enabled: false,
  hilt_min_severity: 'HIGH',
  mode: 'observe',
  scanner_mode: 'both',
};

describe('/v1/guardrail/config', () => {
  it('shows the settings, sorted', async () => {
    const { send } = await start();
    const { status, body } = await send({ method: 'GET', path: '/v1/guardrail/config' });
    expect({ status, body }).toEqual({ status: 200, body: `${JSON.stringify(STANDARD)}\n` });
  });

  it('changes them: in the file, in the trail, and for the next decision', async () => {
    const { ask, file, events, engine, send } = await start();
    const { status, body } = await ask('PATCH', '{"mode":"action","hilt_enabled":true,"hilt_min_severity":"critical","new_setting":1}');
    expect(status).toBe(200);
    const changed = { mode: 'action', hilt_enabled: true, hilt_min_severity: 'CRITICAL' };
    const names = ['hilt_enabled=true', 'hilt_min_severity=CRITICAL', 'mode=action'];
    expect(body).toEqual({ ...STANDARD, ...changed, changed: names, live: true, status: 'updated' });
    expect(await ask('GET')).toEqual({ status: 200, body: { ...STANDARD, ...changed } });
    expect(await file()).toMatch(/^# ours\nguardrail:\n {2}mode: action # for now\n/u);
    expect(events).toMatchObject([{ action: 'guardrail-config-reload', outcome: 'live' }]);
    await send({ path: '/v1/guardrail/evaluate', body: '{"evaluation_id":"e","direction":"prompt","mode":"action"}' });
    expect(JSON.parse(Buffer.from(engine.asked[0]?.input ?? '').toString())).toMatchObject({
      hilt: { enabled: true, min_severity: 'CRITICAL' },
    });
  });

  it.each([
    ['{"mode":"off"}', 'mode must be observe or action'],
    ['{"scanner_mode":1}', 'scanner_mode must be local, remote, or both'],
    ['{"block_message":null}', 'block_message must be a string'],
    ['{"connector":" "}', 'connector must be a non-empty string'],
    ['{"hilt_enabled":"yes"}', 'hilt_enabled must be a boolean'],
    ['{"hilt_min_severity":""}', 'hilt_min_severity must be a non-empty string'],
    ['{"hilt_min_severity":"AWFUL"}', 'hilt_min_severity must be one of INFO, LOW, MEDIUM, HIGH, CRITICAL'],
    ['{}', 'no valid fields to update'],
    ['{"__proto__":{}}', 'no valid fields to update'],
    ['[]', 'invalid JSON body'],
    ['{', 'invalid JSON body'],
  ])('refuses %s and changes nothing', async (body, error) => {
    const { ask, file } = await start();
    expect(await ask('PATCH', body)).toEqual({ status: 400, body: { error } });
    expect(await file()).toBe(FILE);
  });

  it('wants the token where settings are changed', async () => {
    const { ask, file } = await start();
    const { authorization, ...rest } = ADMITTED;
    const refused = await ask('PATCH', '{"mode":"action"}', { ...rest, 'x-dc-auth': authorization });
    expect(refused).toEqual({
      status: 403,
      body: { error: 'guardrail config changes require a valid gateway token — set DEFENSECLAW_GATEWAY_TOKEN' },
    });
    expect(await file()).toBe(FILE);
    expect((await ask('PATCH', '{"mode":"action"}', { ...rest, 'x-defenseclaw-token': TOKEN })).status).toBe(200);
  });

  it('takes back what cannot be written down', async () => {
    const { ask, file } = await start({ auditFails: true });
    expect(await ask('PATCH', '{"mode":"action"}')).toEqual({ status: 503, body: { error: 'audit store unavailable' } });
    expect(await ask('GET')).toMatchObject({ body: { mode: 'observe' } });
    expect(await file()).toBe(FILE);
  });

  it('refuses what needs a restart where the configuration says so, and keeps nothing of it', async () => {
    const text = 'gateway:\n  config_reload:\n    mode: restart\n';
    const { ask, file, events } = await start({ text });
    expect(await ask('PATCH', '{"mode":"action"}')).toEqual({
      status: 409,
      body: { changed: ['mode=action'], error: 'guardrail config change requires gateway restart', restart_required: ['mode'] },
    });
    expect(await file()).toBe(text);
    expect(await ask('GET')).toMatchObject({ body: { mode: 'observe' } });
    expect(events).toMatchObject([{ action: 'guardrail-config-reload', outcome: 'restart_required' }]);
  });

  it('needs no restart for what is so already', async () => {
    const { ask } = await start({ text: 'gateway:\n  config_reload:\n    mode: restart\n' });
    expect(await ask('PATCH', '{"mode":"observe"}')).toMatchObject({ status: 200, body: { changed: [], live: true, status: 'updated' } });
  });

  it('changes nothing when the file cannot be written', async () => {
    const { ask, home } = await start();
    await rm(path.join(home, 'config.yaml'));
    await mkdir(path.join(home, 'config.yaml'));
    expect(await ask('PATCH', '{"mode":"action"}')).toMatchObject({ status: 500 });
    expect(await ask('GET')).toMatchObject({ body: { mode: 'observe' } });
  });
});

const EVENT = { evaluation_id: 'e-1', direction: 'prompt', action: 'block', severity: 'high', reason: 'odd', findings: ['A'] };

describe('POST /v1/guardrail/event', () => {
  it('keeps what a guardrail elsewhere decided', async () => {
    const { send, events } = await start();
    expect(await send({ path: '/v1/guardrail/event', body: JSON.stringify(EVENT) })).toMatchObject({
      status: 200,
      body: '{"status":"ok"}\n',
    });
    expect(events).toMatchObject([{ action: 'guardrail-event', severity: 'HIGH', outcome: 'block', details: 'prompt block: odd; A' }]);
  });

  it.each([
    [{ action: undefined }, 'evaluation_id, direction, action, and severity are required'],
    [{ evaluation_id: 'a b' }, 'evaluation_id must be a stable identifier'],
    [{ direction: 'up' }, 'direction must be prompt or completion'],
    [{ action: 'confirm' }, 'action must be allow, alert, or block'],
    [{ severity: 'BAD' }, 'severity must be NONE, INFO, LOW, MEDIUM, HIGH, or CRITICAL'],
    [{ model: 'a b' }, 'model must be a stable identifier'],
    [{ elapsed_ms: -1 }, 'latency must be a finite non-negative number'],
    [{ tokens_in: -1 }, 'token counts must be non-negative'],
    [{ tokens_out: 1.5 }, 'invalid JSON body'],
  ])('refuses %j', async (change, error) => {
    const { send, events } = await start();
    const { status, body } = await send({ path: '/v1/guardrail/event', body: JSON.stringify({ ...EVENT, ...change }) });
    expect({ status, body: JSON.parse(body) as unknown }).toEqual({ status: 400, body: { error } });
    expect(events).toEqual([]);
  });
});
