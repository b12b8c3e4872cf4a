import { expect, it } from 'vitest';
import { sideOf } from '../../../src/gateway/measure-impact.js';
import { nameOf, Sides } from '../../../src/impact/sides.js';
import type { Side } from '../../../src/impact/sides.js';
import { compileRego } from '../../helpers/compile.js';

const MEMORY = 2 ** 27;

async function side(id: string): Promise<Side> {
  const policy = await compileRego({ 'a.rego': `package a\n\nvalue := "${id}"\n` });
  return sideOf({ id, policy, data: Buffer.from('{}') });
}

it('the last two revisions are known by name, what comes after them takes the place of the older', async () => {
  const sides = new Sides();
  const [one, two, three] = await Promise.all([side('one'), side('two'), side('three')]);
  expect(await sides.load(nameOf(one), MEMORY)).toBeUndefined();
  const first = await sides.load(one, MEMORY);
  await sides.load(two, MEMORY);
  expect(await sides.load(nameOf(one), MEMORY)).toBe(first);
  const third = await sides.load(three, MEMORY);
  expect(third?.evaluate('a/value', undefined, 1_000)).toMatchObject({ result: '"three"' });
  expect(await sides.load(nameOf(two), MEMORY)).toBeUndefined();
  expect(await sides.load(nameOf(one), MEMORY)).toBe(first);
  expect(await sides.load(nameOf(one), 2 * MEMORY)).toBeUndefined();
});
