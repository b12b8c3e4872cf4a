import { describe, expect, it, onTestFinished } from 'vitest';
import { Claims } from '../../../src/serving/claims.js';
import { tempDir } from '../../helpers/temp-dir.js';

async function bothSides(): Promise<{ readonly main: Claims; readonly serving: Claims }> {
  const main = Claims.create(await tempDir());
  onTestFinished(() => main.close());
  return { main, serving: Claims.inherited(main.fd) };
}

describe('a connection that was handed over', () => {
  it('is the serving process’s once it took it: the main process sees that it cannot have it back', async () => {
    const { main, serving } = await bothSides();
    expect(serving.take(1)).toBe(true);
    const isOurs = main.revoke(2);
    expect([isOurs(1), isOurs(2)]).toEqual([false, true]);
  });

  it('is the main process’s once it was revoked, with all that were handed over before it and none after', async () => {
    const { main, serving } = await bothSides();
    const isOurs = main.revoke(2);
    expect([isOurs(1), isOurs(2)]).toEqual([true, true]);
    expect([serving.take(1), serving.take(2), serving.take(3)]).toEqual([false, false, true]);
  });

  it('is told apart across the wrap of its number', async () => {
    const { main, serving } = await bothSides();
    main.revoke(2 ** 32 - 2);
    expect(serving.take(2 ** 32 - 1)).toBe(true);
    const isOurs = main.revoke(1);
    expect([isOurs(2 ** 32 - 1), isOurs(0), isOurs(1)]).toEqual([false, true, true]);
    expect([serving.take(0), serving.take(1), serving.take(2)]).toEqual([false, false, true]);
  });
});
