import { describe, expect, it } from 'vitest';
import { mergeRequests } from '../../../src/engine/reload-request.js';
import type { ReloadRequest } from '../../../src/engine/reload-request.js';

const watch: ReloadRequest = { trigger: 'watch', options: {}, pinsSeen: 1 };
const plain: ReloadRequest = { trigger: 'api', options: { by: 'ann', requestId: 'r-1' }, pinsSeen: 0 };
const forced: ReloadRequest = { trigger: 'api', options: { by: 'bob', requestId: 'r-2', force: true }, pinsSeen: 0 };

describe('reloads that share one run', () => {
  it.each([
    ['a file event and a person', watch, plain, plain],
    ['two people, one of whom forces', plain, forced, forced],
    ['the same, the other way round', forced, plain, forced],
    ['a file event after a forced reload', forced, watch, forced],
  ])('%s', (_name, a, b, merged) => {
    expect(mergeRequests(a, b)).toEqual(merged);
    expect(mergeRequests(b, a)).toEqual(merged);
  });

  it('asks as late as the later of two people, but not as late as a file event', () => {
    const later: ReloadRequest = { ...plain, pinsSeen: 3 };
    expect(mergeRequests(plain, later).pinsSeen).toBe(3);
    expect(mergeRequests(plain, { ...watch, pinsSeen: 3 }).pinsSeen).toBe(0);
  });

  it('keeps the first of two who ask alike', () => {
    const second: ReloadRequest = { trigger: 'api', options: { by: 'eve', requestId: 'r-3' }, pinsSeen: 0 };
    expect(mergeRequests(plain, second)).toEqual(plain);
  });
});
