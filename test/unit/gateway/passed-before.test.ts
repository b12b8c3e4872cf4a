import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/engine/candidate.js';
import type { Diagnostic } from '../../../src/policy/diagnostic.js';
import { passedBefore } from '../../../src/gateway/kept-compile.js';

const WARNING: Diagnostic = { severity: 'warning', code: 'data_schema', message: 'odd' };
const candidate = { source: { id: 'a' } } as unknown as Candidate;

describe('gates at a start', () => {
  it.each([
    ['asks nothing of what passed before while nothing serves', true, false, false],
    ['asks everything of what is new', false, false, true],
    ['asks everything once something serves', true, true, true],
  ])('%s', async (_name, passed, serves, asked) => {
    const gate = passedBefore({ passed: (id) => Promise.resolve(passed && id === 'a') }, () => serves, [
      () => [WARNING],
      () => Promise.resolve([WARNING]),
    ]);
    expect(await gate(candidate, {})).toEqual(asked ? [WARNING, WARNING] : []);
  });

  it('asks everything where nothing is kept', async () => {
    expect(await passedBefore(undefined, () => false, [() => [WARNING]])(candidate, {})).toEqual([WARNING]);
  });
});
