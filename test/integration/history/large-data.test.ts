import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

const POLICY = 'package big\n\nname := data.users.u777.name\n';

/** Six megabytes. */
function users(name: string): string {
  const all = Array.from({ length: 12_000 }, (_, n) => [`u${n}`, { name: n === 777 ? name : `${n}`, pad: 'x'.repeat(480) }] as const);
  return JSON.stringify({ users: Object.fromEntries(all), blocked_hosts: ['a', 'b'] });
}

/** What the thread that decides may parse at once: 1 MB takes some 10 ms. */
const MOST = 1_000_000;

describe('large data', { timeout: 120_000 }, () => {
  it('is reloaded, compared and gone back to without being parsed on the thread that decides', async () => {
    const dir = await tempDir({ 'big.rego': POLICY, 'data.json': users('first') });
    const { call, gateway } = await startTestGateway(dir, { 'gateway.watcher.enabled': false });
    const name = async (): Promise<unknown> => (await call('POST', '/v1/data/big/name', { input: {} })).json()['result'];
    expect(await name()).toBe('first');
    const first = gateway.engine.current?.id ?? '';

    const parse = vi.spyOn(JSON, 'parse');
    const most = (): number => Math.max(0, ...parse.mock.calls.map(([text]) => text.length));
    await writeFile(path.join(dir, 'data.json'), users('second').replace('["a","b"]', '[]'));
    const reloaded = (await call('POST', '/policy/reload')).json();
    expect(JSON.stringify(reloaded)).toContain('guard block_lists: a block list would be empty: data.blocked_hosts: 2 entries -> none');
    expect(await name()).toBe('second');
    expect(most()).toBeLessThan(MOST);

    const diff = (await call('GET', '/policy/diff?from=previous&to=serving')).json();
    expect(diff).toMatchObject({
      different: true,
      summary: {
        data: {
          changes: [
            { path: 'data.blocked_hosts', from: ['a', 'b'], to: [] },
            { path: 'data.users.u777.name', from: 'first', to: 'second' },
          ],
        },
      },
    });
    expect(most()).toBeLessThan(MOST);

    expect((await gateway.engine.reload('rollback', { from: first, gates: true })).status).toBe('reloaded');
    expect(await name()).toBe('first');
    expect(most()).toBeLessThan(MOST);
  });
});
