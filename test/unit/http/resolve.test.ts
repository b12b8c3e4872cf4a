import { describe, expect, it } from 'vitest';
import { resolve, segmentsOf } from '../../../src/http/opa/resolve.js';
import type { Entrypoint } from '../../../src/policy/revision.js';
import { fakeRevision } from '../../contract/http/fake-engine.js';

const ENTRYPOINTS: readonly Entrypoint[] = [
  { path: 'a', kind: 'prefix' },
  { path: 'a/b', kind: 'package' },
  { path: 'a/b/rule', kind: 'rule' },
];
const RULES = [
  ['a', 'b', 'rule'],
  ['a', 'b', '_private'],
].map((path, row) => ({ path, file: 'x.rego', row, kind: 'complete' as const, digest: '0' }));

const policyWith = (entrypoints: readonly Entrypoint[]): ReturnType<typeof fakeRevision>['policy'] =>
  fakeRevision({ policy: { entrypoints, rules: RULES } }).policy;

describe('a path of the data document', () => {
  const policy = policyWith(ENTRYPOINTS);
  it.each([
    ['/a/b/rule', { kind: 'evaluate', entrypoint: 'a/b/rule', rest: [] }],
    ['/a/b/rule/x/0', { kind: 'evaluate', entrypoint: 'a/b/rule', rest: ['x', '0'] }],
    ['/a/b', { kind: 'evaluate', entrypoint: 'a/b', rest: [] }],
    ['/a/b/_private/k', { kind: 'evaluate', entrypoint: 'a/b', rest: ['_private', 'k'] }],
    ['/a/b/base', { kind: 'base' }],
    ['/a', { kind: 'evaluate', entrypoint: 'a', rest: [] }],
    ['/a/other', { kind: 'base' }],
    ['/nowhere', { kind: 'base' }],
    ['/a%2Fb', { kind: 'base' }],
    ['/a%2Fb/rule', { kind: 'base' }],
    ['//a//b/', { kind: 'evaluate', entrypoint: 'a/b', rest: [] }],
    ['', { kind: 'document', roots: ['a'] }],
  ])('%s is answered by the longest entrypoint above it', (path, plan) => {
    const segments = segmentsOf(path) ?? [];
    expect(resolve(policy, segments)).toEqual(plan);
    expect(resolve(policy, segments)).toEqual(plan);
  });

  it('the whole document is one entrypoint where the compiler gives one', () => {
    expect(resolve(policyWith([...ENTRYPOINTS, { path: '', kind: 'prefix' }]), [])).toEqual({ kind: 'document', roots: [''] });
  });

  it('a path that looks like another one never takes its plan', () => {
    const fresh = policyWith(ENTRYPOINTS);
    expect(resolve(fresh, ['a/b', 'rule'])).toEqual({ kind: 'base' });
    expect(resolve(fresh, ['a', 'b', 'rule'])).toMatchObject({ kind: 'evaluate' });
  });

  it('keeps its memory bounded against callers who make paths up', () => {
    const fresh = policyWith(ENTRYPOINTS);
    for (let n = 0; n < 5000; n += 1) expect(resolve(fresh, [`made-up-${n}`])).toEqual({ kind: 'base' });
    expect(resolve(fresh, ['a', 'b'])).toMatchObject({ entrypoint: 'a/b' });
  });
});
