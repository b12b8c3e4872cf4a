import { expect, it } from 'vitest';
import type { Policy } from '../../../src/http/opa/resolve.js';
import { Surfaces } from '../../../src/serving/surfaces.js';

const policy = (paths: readonly string[], entrypoints: Policy['entrypoints']): Policy => ({
  entrypoints,
  rules: paths.map((path) => ({ path: path.split('/') })),
});
const A: Policy['entrypoints'] = [{ path: 'a', kind: 'package' }];

it('gives one object for policies that answer the same paths, each path of a rule once', () => {
  const surfaces = new Surfaces();
  const first = surfaces.of(policy(['a/p', 'a/p', 'a/q'], A));
  expect(first).toEqual(policy(['a/p', 'a/q'], A));
  expect(surfaces.of(policy(['a/p', 'a/q', 'a/q'], A))).toBe(first);
  expect(surfaces.of(policy(['a/p', 'a/q'], [{ path: 'a', kind: 'package' }]))).toBe(first);
});

it.each<[string, Policy]>([
  ['a rule that came', policy(['a/p', 'a/q', 'a/r'], A)],
  ['a rule that went', policy(['a/p'], A)],
  ['a rule of another name', policy(['a/p', 'a/s'], A)],
  ['an entrypoint that came', policy(['a/p', 'a/q'], [...A, { path: 'b', kind: 'package' }])],
  ['an entrypoint of another kind', policy(['a/p', 'a/q'], [{ path: 'a', kind: 'rule' }])],
  ['an entrypoint of another name', policy(['a/p', 'a/q'], [{ path: 'b', kind: 'package' }])],
])('sees %s', (_, now) => {
  const surfaces = new Surfaces();
  const first = surfaces.of(policy(['a/p', 'a/q'], A));
  expect(surfaces.of(now)).not.toBe(first);
  expect(surfaces.of(now)).toEqual(now);
  expect(surfaces.of(policy(['a/p', 'a/q'], A))).toEqual(first);
});
