import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

const POLICY = 'package big\n\nname := data.users[input.user].name\n';
const users = (count: number): string =>
  JSON.stringify({ users: Object.fromEntries(Array.from({ length: count }, (_, n) => [`u${n}`, { name: `${n} ${'x'.repeat(500)}` }])) });

describe('large data with serving processes', { timeout: 120_000 }, () => {
  it('is held by the workers of the main process alone; decisions go there and come out right', async () => {
    const dir = await tempDir({ 'big.rego': POLICY, 'data.json': users(10) });
    const { call } = await startTestGateway(dir, { 'http.processes': 1, 'history.warm': 0, 'gateway.watcher.enabled': false });
    const name = async (user: string): Promise<string> =>
      String((await call('POST', '/v1/data/big/name', { input: { user } })).json()['result']).split(' ')[0] ?? '';
    const held = async (): Promise<number> => {
      await call('GET', '/metrics');
      return ((await call('GET', '/status')).json()['serving'] as { memoryBytes: number }).memoryBytes;
    };
    expect(await name('u7')).toBe('7');
    expect(await held()).toBeGreaterThan(0);

    const large = users(12_000);
    await writeFile(path.join(dir, 'data.json'), large);
    expect((await call('POST', '/policy/reload')).status).toBe(200);
    expect(await name('u11999')).toBe('11999');
    expect(await held()).toBe(0);
    expect(String((await call('GET', '/v1/data/users/u11000/name')).json()['result'])).toMatch(/^11000 x/);

    await writeFile(path.join(dir, 'data.json'), users(20));
    expect((await call('POST', '/policy/reload')).status).toBe(200);
    expect(await name('u19')).toBe('19');
    expect(await held()).toBeGreaterThan(0);
  });
});
