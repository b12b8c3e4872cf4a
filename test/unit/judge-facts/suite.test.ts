import { describe, expect, it } from 'vitest';
import { readSuite } from '../../helpers/suite.js';

describe('the shipped suite', () => {
  it('has enough of both sides, each once, a third of them held out', async () => {
    const [tuning, heldOut] = await Promise.all([readSuite('tuning'), readSuite('held-out')]);
    expect([...heldOut.keys()]).toEqual([...tuning.keys()]);
    const rest = [...heldOut.values()].flat();
    const all = [...tuning.values()].flat().concat(rest);
    const attacks = all.filter(({ want }) => want === 'attack').length;
    expect(attacks).toBeGreaterThanOrEqual(400);
    expect(all.length - attacks).toBeGreaterThanOrEqual(400);
    expect(rest.length / all.length).toBeCloseTo(1 / 3, 1);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map((sample) => JSON.stringify({ ...sample, id: '' }))).size).toBe(all.length);
  });
});
