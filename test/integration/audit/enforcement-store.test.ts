import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStateDatabase, type StateDatabase } from '../../../src/audit/database.js';
import { createEnforcementStore, type EnforcementStore, type EnforcementStoreOptions } from '../../../src/audit/enforcement-store.js';
import { tempDir } from '../../helpers/temp-dir.js';

async function open(
  options: Omit<EnforcementStoreOptions, 'database'> = {},
): Promise<{ readonly file: string; readonly database: StateDatabase; readonly store: EnforcementStore }> {
  const file = path.join(await tempDir(), 'gateway.db');
  const database = openStateDatabase(file);
  onTestFinished(() => database.close());
  return { file, database, store: createEnforcementStore({ database, ...options }) };
}

const evil = { targetType: 'skill', targetName: 'evil', reason: 'steals' };
const code = (name: string): Error => expect.objectContaining({ code: name }) as Error;

describe('the enforcement lists', () => {
  it('list entries newest first, with the path that pins them', async () => {
    let second = 0;
    const { store } = await open({ now: () => new Date(Date.UTC(2026, 0, 1, 0, 0, second++)) });
    store.block(evil);
    const pinned = store.allow({ targetType: 'plugin', targetName: 'good', reason: 'ours', sourcePath: '/opt/good' });
    store.block({ ...evil, targetType: 'mcp' });
    expect(pinned).toEqual({
      id: expect.any(String) as string,
      target_type: 'plugin',
      target_name: 'good',
      reason: 'ours',
      source_path: '/opt/good',
      updated_at: '2026-01-01T00:00:01.000Z',
    });
    expect(store.list('block').map((entry) => entry.target_type)).toEqual(['mcp', 'skill']);
    expect(store.list('allow')).toEqual([pinned]);
  });

  it('orders entries of one millisecond by when they were written', async () => {
    const { store } = await open({ now: () => new Date(0) });
    for (const name of ['a', 'b', 'c', 'a']) store.block({ ...evil, targetName: name });
    expect(store.list('block').map((entry) => entry.target_name)).toEqual(['a', 'c', 'b']);
  });

  it('hold a target once: the later word counts', async () => {
    const { store } = await open();
    store.allow(evil);
    store.block({ ...evil, reason: 'after all' });
    expect(store.lists()).toMatchObject({ allowed: [], blocked: [{ reason: 'after all' }] });
    store.allow(evil);
    expect(store.lists()).toMatchObject({ allowed: [{ target_name: 'evil' }], blocked: [] });
  });

  it('let a target go, and say whether it was there', async () => {
    const { store } = await open();
    store.block(evil);
    expect(store.unblock('skill', 'evil')).toBe(true);
    expect(store.unblock('skill', 'evil')).toBe(false);
    expect(store.list('block')).toEqual([]);
  });

  it('are the same object until somebody writes, here or in another process', async () => {
    const { file, store } = await open({ recheckMs: 0 });
    const empty = store.lists();
    expect(store.lists()).toBe(empty);
    store.block(evil);
    const one = store.lists();
    expect(one.blocked).toHaveLength(1);
    expect(store.lists()).toBe(one);
    const other = openStateDatabase(file);
    onTestFinished(() => other.close());
    createEnforcementStore({ database: other }).block({ ...evil, targetName: 'worse' });
    expect(store.lists().blocked.map((entry) => entry.target_name)).toEqual(['worse', 'evil']);
  });

  it('are never empty because the file failed', async () => {
    const { database, store } = await open({ recheckMs: 0 });
    store.block(evil);
    expect(store.list('block')).toHaveLength(1);
    database.close();
    for (const use of [
      () => store.lists(),
      () => store.list('allow'),
      () => store.block(evil),
      () => store.allow(evil),
      () => store.unblock('skill', 'evil'),
    ]) {
      expect(use).toThrow(code('audit_store_failed'));
    }
  });

  it('do not forget a block when its replacement cannot be written', async () => {
    const { store } = await open({ maxEntries: 1 });
    store.block(evil);
    store.allow(evil);
    store.block(evil);
    expect(() => store.block({ ...evil, targetName: 'other' })).toThrow(code('enforcement_list_full'));
    expect(store.list('block')).toHaveLength(1);
  });

  it.each([
    ['a NUL that would name something else', { targetName: 'evil\0er' }],
    ['a name without bound', { targetName: 'x'.repeat(5000) }],
    ['a type without bound', { targetType: 'x'.repeat(300) }],
    ['a reason without bound', { reason: 'x'.repeat(5000) }],
  ])('refuse %s', async (_what, part) => {
    const { store } = await open();
    expect(() => store.block({ ...evil, ...part })).toThrow(code('usage'));
    expect(store.list('block')).toEqual([]);
  });
});
