import { readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAuditReader } from '../../../src/audit/audit-reader.js';
import { createAuditStore, type AuditStore, type AuditStoreOptions } from '../../../src/audit/audit-store.js';
import { openStateDatabase, openStateReader, type StateDatabase } from '../../../src/audit/database.js';
import { GATEWAY_ACTIONS, isGatewayAction } from '../../../src/audit/event.js';
import { tempDir } from '../../helpers/temp-dir.js';

interface Opened {
  readonly file: string;
  readonly database: StateDatabase;
  readonly store: AuditStore;
}

async function open(options: Omit<AuditStoreOptions, 'database'> = {}, dir?: string): Promise<Opened> {
  const file = path.join(dir ?? (await tempDir()), 'data', 'gateway.db');
  const database = openStateDatabase(file);
  onTestFinished(() => database.close());
  return { file, database, store: createAuditStore({ database, ...options }) };
}

const failed = (): Error => expect.objectContaining({ code: 'audit_store_failed' }) as Error;

describe('the audit trail', () => {
  it('gives back what was written, filled in, with no column of the driver', async () => {
    const { store } = await open({ now: () => new Date('2026-01-02T03:04:05.678Z'), runId: 'run-1' });
    const event = store.append({ action: 'gateway-start', target: '/p', duration_ms: 1.5 });
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      timestamp: '2026-01-02T03:04:05.678Z',
      action: 'gateway-start',
      target: '/p',
      actor: 'defenseclaw',
      details: '',
      severity: 'INFO',
      duration_ms: 1.5,
      run_id: 'run-1',
    });
    expect(store.list()).toEqual([event]);
  });

  it('filters by action, actor, outcome, request and time, in both orders', async () => {
    let minute = 0;
    const { store } = await open({ now: () => new Date(Date.UTC(2026, 0, 1, 0, minute++)) });
    for (let index = 0; index < 6; index += 1) {
      const even = index % 2 === 0;
      store.append({ action: even ? 'a' : 'b', actor: index < 3 ? 'x' : 'y', outcome: 'rejected', request_id: String(index) });
    }
    const seen = (filter: Parameters<AuditStore['list']>[0]): (string | undefined)[] => store.list(filter).map((event) => event.request_id);
    expect(seen({})).toEqual(['5', '4', '3', '2', '1', '0']);
    expect(seen({ action: 'a' })).toEqual(['4', '2', '0']);
    expect(seen({ action: 'a', actor: 'x', order: 'oldest' })).toEqual(['0', '2']);
    expect(seen({ limit: 2 })).toEqual(['5', '4']);
    expect(seen({ requestId: '3', outcome: 'rejected' })).toEqual(['3']);
    expect(seen({ outcome: 'reloaded' })).toEqual([]);
    const [at2, at4] = [3, 5].map((later) => new Date(Date.UTC(2026, 0, 1, 0, later)));
    expect(seen({ ...(at2 && { since: at2 }), ...(at4 && { until: at4 }) })).toEqual(['3', '2']);
    expect(seen({ action: "a' OR '1'='1" })).toEqual([]);
  });

  it('exports more events than a page holds as one JSON object a line', async () => {
    const { database, store } = await open();
    database.transaction(() => {
      for (let index = 0; index < 1201; index += 1) store.append({ action: 'x', details: `line\n${index}` });
    });
    const lines = [...store.export()];
    expect(lines).toHaveLength(1201);
    expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
    expect(lines.map((line) => (JSON.parse(line) as { details: string }).details)).toEqual(lines.map((_, index) => `line\n${index}`));
    expect([...store.export({ order: 'newest', limit: 700 })]).toEqual(lines.slice(501).reverse());
  });

  it('does not lose or repeat an event that is written while it is exported', async () => {
    const { database, store } = await open();
    database.transaction(() => {
      for (let index = 0; index < 600; index += 1) store.append({ action: 'x' });
    });
    const ids = new Set<string>();
    for (const line of store.export()) {
      ids.add((JSON.parse(line) as { id: string }).id);
      if (ids.size === 10) store.append({ action: 'late' });
    }
    expect(ids.size).toBe(601);
  });

  it('keeps the newest events up to its bound', async () => {
    const { database, store } = await open({ maxEvents: 100 });
    database.transaction(() => {
      for (let index = 0; index < 1000; index += 1) store.append({ action: 'x', details: String(index) });
    });
    const kept = [...store.export()];
    // Trimmed at every 256th write: at most that many are too many.
    expect(kept.length).toBeGreaterThanOrEqual(100);
    expect(kept.length).toBeLessThanOrEqual(100 + 256);
    expect(store.list({ limit: 1 })[0]?.details).toBe('999');
  });

  it.each([
    ['NUL', 'a\0b', 'a\uFFFDb'],
    ['a lone surrogate', 'a\uD800', 'a\uFFFD'],
    ['a quote and a newline', `'";--\n`, `'";--\n`],
    ['too much text', 'é'.repeat(5000), `${'é'.repeat(4095)}…`],
    ['a character cut in two', `${'x'.repeat(4094)}😀😀`, `${'x'.repeat(4094)}\uFFFD…`],
  ])('stores %s so that it reads back', async (_what, details, stored) => {
    const { store } = await open();
    expect(store.append({ action: 'x', details }).details).toBe(stored);
    expect(store.list()[0]?.details).toBe(stored);
  });

  it('takes a time in any notation and stores it in one, or refuses it', async () => {
    const { store } = await open();
    expect(store.append({ action: 'x', timestamp: '2026-01-02T03:04:05+01:00' }).timestamp).toBe('2026-01-02T02:04:05.000Z');
    expect(() => store.append({ action: 'x', timestamp: 'soon' })).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
    expect(store.append({ action: 'x', request_id: 'r'.repeat(9000) }).request_id).toHaveLength(4096);
    expect(store.state.ok).toBe(true);
  });

  it('shows alerts above INFO, never reloads', async () => {
    const { store } = await open();
    store.append({ action: 'policy-reload', severity: 'HIGH' });
    store.append({ action: 'scan', severity: 'INFO' });
    store.append({ action: 'scan', severity: 'LOW' });
    store.append({ action: 'scan', severity: 'CRITICAL' });
    expect(store.alerts().map(({ severity }) => severity)).toEqual(['CRITICAL', 'LOW']);
    expect(store.alerts(1)).toHaveLength(1);
  });

  it('knows its own actions however they are spelt', () => {
    for (const action of GATEWAY_ACTIONS) expect(isGatewayAction(` ${action.toUpperCase()} `)).toBe(true);
    expect(isGatewayAction('ｐolicy-reload')).toBe(true);
    expect(isGatewayAction('scan')).toBe(false);
  });
});

describe('the state file', () => {
  it('is private, with everything beside it', async () => {
    const { file, store } = await open();
    store.append({ action: 'x' });
    const folder = path.dirname(file);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(folder)) expect([name, (await stat(path.join(folder, name))).mode & 0o777]).toEqual([name, 0o600]);
  });

  it('keeps its events over a restart and holds them in one file once closed', async () => {
    const dir = await tempDir();
    const first = await open({}, dir);
    first.store.append({ action: 'x' });
    first.database.close();
    first.database.close();
    const second = await open({}, dir);
    expect(second.store.list()).toHaveLength(1);
  });

  it('can be read beside the gateway, by a path that is no plain URL', async () => {
    const dir = path.join(await tempDir(), 'da ta?#%41');
    const { file, store } = await open({}, dir);
    store.append({ action: 'first' });
    const reader = openAuditReader(file);
    onTestFinished(() => reader.close());
    expect(reader.list().map(({ action }) => action)).toEqual(['first']);
    store.append({ action: 'second' });
    expect(reader.list({ limit: 1 })[0]?.action).toBe('second');
    const writing = openStateReader(file);
    onTestFinished(() => writing.close());
    expect(() => writing.run('DELETE FROM audit_events', [])).toThrow(failed());
  });

  it('takes two gateways that write at once', async () => {
    const dir = await tempDir();
    const [a, b] = [await open({}, dir), await open({}, dir)];
    for (let index = 0; index < 20; index += 1) {
      a.store.append({ action: 'a' });
      b.store.append({ action: 'b' });
    }
    expect(a.store.list({ limit: 100 })).toHaveLength(40);
  });

  it('is refused when it is no database, of a newer program, or absent for a reader', async () => {
    const dir = await tempDir({ 'data/gateway.db': 'hello, not a database\n'.repeat(100) });
    const file = path.join(dir, 'data/gateway.db');
    expect(() => openStateDatabase(file)).toThrow(failed());
    expect(() => openStateReader(file)).toThrow(failed());
    const newer = await open();
    newer.database.run('PRAGMA user_version = 99', []);
    newer.database.close();
    expect(() => openStateDatabase(newer.file)).toThrow(/schema/);
    expect(() => openStateReader(newer.file)).toThrow(/schema/);
    expect(() => openAuditReader(path.join(dir, 'absent.db'))).toThrow(failed());
    await writeFile(path.join(dir, 'a-file'), '');
    expect(() => openStateDatabase(path.join(dir, 'a-file', 'gateway.db'))).toThrow(failed());
  });

  it('says so when it cannot be written, and that it works again', async () => {
    const { database, store } = await open();
    expect(store.state.ok).toBe(true);
    database.run('ALTER TABLE audit_events RENAME TO away', []);
    expect(() => store.append({ action: 'x' })).toThrow(failed());
    expect(() => store.list()).toThrow(failed());
    expect(store.state).toMatchObject({ ok: false, lastError: expect.stringContaining('audit_events') as string });
    database.run('ALTER TABLE away RENAME TO audit_events', []);
    store.append({ action: 'y' });
    expect(store.state.ok).toBe(true);
    expect(store.list().map(({ action }) => action)).toEqual(['y']);
  });
});
