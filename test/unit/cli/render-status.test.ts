import { describe, expect, it } from 'vitest';
import { renderAway, renderStatus } from '../../../src/cli/render-status.js';
import type { StatusBody } from '../../../src/cli/render-status.js';

const plain = (_style: unknown, text: string): string => text;

const STATUS: StatusBody = {
  health: { status: 'ok', uptime_ms: 1_000 },
  policy: {
    ...{ state: 'current', revision: 'a'.repeat(64), loaded_at: '2026-11-26T03:12:01Z', source: '/p', modules: 1, on_disk_differs: false },
    ...{ pinned: null, recovered: false, last_attempt: null },
  },
  watcher: { mode: 'watching' },
  audit: { state: 'running', last_error: null },
};

function row(name: string, gates: StatusBody['gates']): string | undefined {
  const lines = renderStatus('http://x', { ...STATUS, ...(gates === undefined ? {} : { gates }) }, plain).split('\n');
  return lines.find((line) => line.startsWith(name))?.slice(13);
}

it('names settings that have no use here, when there are some', () => {
  const shown = (not_used: readonly string[]): string => renderStatus('http://x', { ...STATUS, config: { not_used } }, plain);
  expect(shown([])).not.toContain('not used');
  expect(shown(['claw', 'observability'])).toContain('not used     claw, observability (of the configuration)');
  expect(shown('abcdefghij'.split(''))).toContain('h and 2 more');
});

it('says in lines that fit that the gateway is away', () => {
  const error = { code: 'gateway_unreachable', message: 'cannot reach sidecar at http://127.0.0.1:19704/status' } as const;
  expect(renderAway(error, plain, 60)).toBe('gateway_unreachable: cannot reach sidecar at\n  http://127.0.0.1:19704/status');
});

it('tells of a changed file what waits for a restart, or why it cannot be used', () => {
  const shown = (config: StatusBody['config']): string => renderStatus('http://x', { ...STATUS, ...(config && { config }) }, plain);
  expect(shown({ needs_restart: [], problem: null })).not.toContain('config');
  expect(shown({ needs_restart: ['gateway.api_port', 'http.processes'] })).toContain(
    'config       needs a restart: gateway.api_port, http.processes',
  );
  expect(shown({ needs_restart: [], problem: '/c.yaml:1:2: no' })).toContain(
    'config       cannot be used, the one of before stays: /c.yaml:1:2: no',
  );
});

describe('what the gates said', () => {
  const failing = ['data.a_test.test_x', 'data.a_test.test_y'];
  const findings = [{ message: 'data.a_test.test_x: is not true' }, { message: 'data.a_test.test_y: is not true' }];
  it.each([
    ['is not told of a gate that was not asked', { mode: 'warn' }, undefined],
    ['is not told of a gate that is off', { mode: 'off', state: 'passed' as const }, undefined],
    ['tells how many passed', { mode: 'warn', state: 'passed' as const, passed: 12 }, '12 passed'],
    ['names what is red', { mode: 'warn', state: 'failed' as const, failing, findings }, 'failed (warn): data.a_test.test_x and 1 more'],
    [
      'says what it speaks of where that is not what serves',
      { mode: 'warn', revision: 'b'.repeat(64), state: 'passed' as const, passed: 12 },
      '12 passed, of bbbbbbbbbbbb',
    ],
    ['says no more of what serves', { mode: 'warn', revision: 'a'.repeat(64), state: 'passed' as const, passed: 12 }, '12 passed'],
    [
      'says who forced it',
      { mode: 'enforce', state: 'forced' as const, by: 'ann', failing: [], findings: findings.slice(1) },
      'forced by ann (enforce): data.a_test.test_y: is not true',
    ],
  ])('%s', (_what, tests, expected) => {
    expect(row('tests', { tests })).toBe(expected);
  });
});
