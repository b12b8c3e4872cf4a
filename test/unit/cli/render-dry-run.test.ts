import { expect, it } from 'vitest';
import { renderDryRun } from '../../../src/cli/render-dry-run.js';
import type { DryRun } from '../../../src/gateway/dry-run.js';

function dryRun(tests: Readonly<Record<string, unknown>>): DryRun {
  const gates = { tests: { mode: 'enforce', passed: 0, failed: 0, errored: 0, duration_ms: 3, ...tests } };
  return {
    status: 'accepted',
    serving: 'a'.repeat(64),
    candidate: 'b'.repeat(64),
    gates,
    diagnostics: [],
    warnings: [],
  } as unknown as DryRun;
}

it.each([
  [{ state: 'passed' }, 'tests    passed (enforce, no tests, 3 ms)'],
  [{ state: 'failed' }, 'tests    failed (enforce, none ended, 3 ms)'],
  [{ state: 'failed', passed: 1, errored: 1 }, 'tests    failed (enforce, 1 of 2 passed, 3 ms)'],
])('says what the tests came to: %j', (tests, line) => {
  expect(renderDryRun(dryRun(tests), (_style, text) => text)).toContain(line);
});
