import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/audit/event.js';
import { renderEvents } from '../../../src/cli/render-events.js';

const plain = (_style: unknown, text: string): string => text;

const EVENTS: readonly AuditEvent[] = [
  {
    ...{ id: '1', timestamp: '2026-11-26T03:12:01.123Z', action: 'policy-reload', target: '/etc/defenseclaw/policies', actor: 'watcher' },
    ...{ details: `policy rejected (policy_rejected): ${'a very long reason '.repeat(20)}`, severity: 'HIGH', outcome: 'rejected' },
    instance: '127.0.0.1:18970/4711',
  },
  {
    ...{ id: '2', timestamp: '2026-11-26T03:12:02.000Z', action: 'api-enforce-block', target: 'skill:exfiltrate', actor: 'api' },
    ...{ details: '名前'.repeat(60), severity: 'INFO', instance: '127.0.0.1:18971/4712' },
  },
];

/** Columns that a terminal needs for a line; the wide letters of the test take two. */
const columns = (line: string): number => line.length + (line.match(/[名前]/gu)?.length ?? 0);

describe('audit events', () => {
  it.each([60, 80, 110, 130, 200])('fit a terminal of %i columns, with target and instance', (width) => {
    const text = renderEvents(EVENTS, plain, width);
    for (const line of text.split('\n')) expect(columns(line), line).toBeLessThanOrEqual(width);
    for (const what of [
      '/etc/defenseclaw/policies',
      'skill:exfiltrate',
      '127.0.0.1:18970/4711',
      '127.0.0.1:18971/4712',
      'rejected',
      '2026-11-26T03:12:01Z',
    ])
      expect(text).toContain(what);
  });

  it('are whole in a pipe, one a line', () => {
    const text = renderEvents(EVENTS, plain);
    expect(text.split('\n')).toHaveLength(3);
    for (const { details } of EVENTS) expect(text).toContain(details.trimEnd());
  });
});
