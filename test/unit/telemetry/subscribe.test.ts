import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { policyReloadEvent } from '../../../src/audit/policy-reload.js';
import type { EngineEvents, Outcome } from '../../../src/engine/engine.js';
import { GatewayError } from '../../../src/errors.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';
import { subscribeTelemetry } from '../../../src/telemetry/subscribe.js';
import { outcome, rejection } from './outcome.js';

interface Watched {
  readonly emit: (outcome: Outcome) => void;
  readonly lines: Record<string, unknown>[];
  readonly telemetry: ReturnType<typeof subscribeTelemetry>;
  readonly metrics: ReturnType<typeof createMetrics>;
}

function watch(audit?: (outcome: Outcome) => void): Watched {
  const lines: Record<string, unknown>[] = [];
  const emitter = new EventEmitter<EngineEvents>();
  const metrics = createMetrics();
  const log = createLogger({
    level: 'debug',
    format: 'json',
    destination: { write: (text) => lines.push(JSON.parse(text) as Record<string, unknown>) },
  });
  const engine = {
    on: (event: Outcome['status'], listener: (outcome: Outcome) => void): void => {
      emitter.on(event, listener);
    },
  };
  const telemetry = subscribeTelemetry(engine, { log, metrics, policyDir: '/etc/policies', ...(audit === undefined ? {} : { audit }) });
  return { emit: (result) => emitter.emit(result.status, result), lines, telemetry, metrics };
}

describe('what a reload leaves behind', () => {
  it('is one info line with revisions, modules, times and the lifecycle record', () => {
    const { emit, lines } = watch();
    emit(outcome());
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.any(String) as string,
        lifecycle: {
          subsystem: 'policy',
          transition: 'completed',
          details: { policy_dir: '/etc/policies', source: 'watcher', transition_raw: 'reload' },
        },
        trigger: 'watch',
        duration_ms: 52.3,
        stages: { read: 2, compile: 40, prepare: 10.1 },
        modules: 6,
        msg: 'policy reloaded: aaaaaaaaaaaa -> bbbbbbbbbbbb, 6 modules (read 2 ms, compile 40 ms, prepare 10.1 ms)',
      },
    ]);
  });

  const changes = { added: ['new.rego'], changed: ['audit.rego', 'data.json'], removed: ['old.rego'] };
  const rules = { added: ['data.a.p'], removed: [], changed: ['data.a.q'] };

  it.each([
    [{ changes, effects: { rules, data: ['data.x'], cut: false } }, 'audit.rego data.json +new.rego -old.rego, 2 rules, 1 data path'],
    [{ changes, effects: { rules, data: ['data.x'], cut: true } }, 'audit.rego data.json +new.rego -old.rego, 2+ rules, 1+ data paths'],
    [
      { changes: { ...changes, added: ['1', '2', '3', '4'] }, effects: { rules: { ...rules, added: [] }, data: [], cut: false } },
      'audit.rego data.json +1 +2 +3 and 2 more, 1 rule',
    ],
    [
      {
        changes: { added: [], changed: ['a.rego'], removed: [] },
        effects: { rules: { added: [], removed: [], changed: [] }, data: [], cut: false },
      },
      'a.rego, no rule and no data',
    ],
    [{ mended: true, changes: { added: [], changed: ['a.rego'], removed: [] } }, 'mended, a.rego'],
  ] satisfies [Partial<Outcome>, string][])('names what was saved, and how much that changes: %j', (part, told) => {
    const { emit, lines } = watch();
    emit(outcome({ ...part, stages: { read: 2 } }));
    emit(outcome({ ...part, status: 'held', candidate: 'c'.repeat(64) }));
    expect(lines.map(({ msg }) => msg)).toEqual([
      `policy reloaded: aaaaaaaaaaaa -> bbbbbbbbbbbb, 6 modules, ${told} (read 2 ms)`,
      `policy held: pinned to bbbbbbbbbbbb; the folder would give cccccccccccc, ${told}`,
    ]);
  });

  it('names what was saved where that is another file than the one that cannot serve', () => {
    const { emit, lines } = watch();
    const saved = (...changed: string[]): NonNullable<Outcome['changes']> => ({ added: [], changed, removed: [] });
    emit(rejection({ changes: saved('rego/firewall.rego') }));
    emit(rejection({ changes: saved('rego/lib.rego', 'data.json') }));
    const what = 'policy rejected: rego/firewall.rego:12:3: unexpected eof (and 1 more);';
    expect(lines.map(({ msg }) => msg)).toEqual([
      `${what} still serving aaaaaaaaaaaa`,
      `${what} saved: rego/lib.rego data.json; still serving aaaaaaaaaaaa`,
    ]);
  });

  it('is a warning of everything that has no line of its own', () => {
    const { emit, lines } = watch();
    const warning = (code: string, message: string): Outcome['diagnostics'][number] => ({
      severity: 'warning',
      code,
      message,
      file: 'a.rego',
      row: 3,
      col: 1,
    });
    emit(
      outcome({ diagnostics: [warning('engines_differ', 'may differ'), warning('guard_data', 'shrinks'), warning('domain_lost', 'gone')] }),
    );
    expect(lines.filter(({ level }) => level === 'warn').map(({ warnings }) => warnings)).toEqual([
      ['a.rego:3:1: may differ', 'a.rego:3:1: shrinks'],
    ]);
  });

  it('is one error line with the first place when it was rejected', () => {
    const { emit, lines } = watch();
    emit(rejection());
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'error',
      code: 'policy_rejected',
      lifecycle: { transition: 'alert', details: { source: 'api' } },
      diagnostics: ['odd', 'rego/firewall.rego:12:3: unexpected eof', 'rego/audit.rego:1:1: undefined ref'],
      msg: 'policy rejected: rego/firewall.rego:12:3: unexpected eof (and 1 more); still serving aaaaaaaaaaaa',
    });
  });

  it('counts what was not listed', () => {
    const { emit, lines } = watch();
    emit(rejection({ diagnostics: [{ severity: 'error', code: 'a', message: 'wrong', file: 'a.rego', row: 1 }], omitted: 500 }));
    expect(lines[0]?.['msg']).toContain('a.rego:1: wrong (and 500 more); ');
  });

  it('names the error when there is no place, and that nothing serves', () => {
    const { emit, lines } = watch();
    emit(rejection({ diagnostics: [], revision: undefined, error: { code: 'policy_dir_missing', message: 'no folder' } }));
    expect(lines[0]?.['msg']).toBe('policy not read: no folder; no revision serves');
  });

  it.each([
    ['debug', 'watch'],
    ['info', 'api'],
  ] as const)('is one %s line when nothing was new for the trigger %s', (level, trigger) => {
    const { emit, lines } = watch();
    emit(outcome({ status: 'unchanged', trigger }));
    const msg = 'policy unchanged: the folder holds bbbbbbbbbbbb, which serves';
    expect(lines).toMatchObject([{ level, msg }]);
  });

  it('is one audit event each, and a failing one is logged, counted and kept', async () => {
    const seen: Outcome[] = [];
    const good = watch((result) => seen.push(result));
    for (const result of [outcome(), rejection(), outcome({ status: 'unchanged' })]) good.emit(result);
    expect(seen.map(({ status }) => status)).toEqual(['reloaded', 'rejected', 'unchanged']);
    expect(good.telemetry.state).toEqual({ auditFailures: 0 });

    const bad = watch(() => {
      throw new GatewayError('audit_store_failed', 'disk full');
    });
    bad.emit(outcome());
    expect(bad.telemetry.state).toEqual({ auditFailures: 1, lastAuditError: 'disk full' });
    expect(bad.lines.map(({ level }) => level)).toEqual(['info', 'error']);
    expect(await bad.metrics.text()).toContain('defenseclaw_audit_write_failures_total 1');
    expect(await bad.metrics.text()).toContain('defenseclaw_policy_reloads_total{status="success",trigger="watch"} 1');
  });
});

describe('the audit event of a reload', () => {
  it.each([
    ['boot', 'boot'],
    ['watch', 'watcher'],
    ['api', 'api'],
  ] as const)('of trigger %s names %s as actor', (trigger, actor) => {
    expect(policyReloadEvent(outcome({ trigger }), { policyDir: '/p' })).toMatchObject({ actor, trigger });
  });

  it('tells where from, where to and how it ended', () => {
    expect(policyReloadEvent(outcome({ asked: { requestId: 'r-1' } }), { policyDir: '/p' })).toEqual({
      timestamp: '2026-01-02T03:04:05.000Z',
      action: 'policy-reload',
      target: '/p',
      actor: 'watcher',
      details: 'policy reloaded: aaaaaaaaaaaa -> bbbbbbbbbbbb, 6 modules',
      severity: 'INFO',
      trigger: 'watch',
      outcome: 'reloaded',
      duration_ms: 52.34,
      from_revision: 'a'.repeat(64),
      to_revision: 'b'.repeat(64),
      request_id: 'r-1',
    });
  });

  it.each([
    [{ by: 'ann@desk' }, '; asked by ann@desk'],
    [{ by: 'ann@desk', force: true }, '; forced by ann@desk'],
    [{ force: true }, '; forced'],
  ])('says who asked: %j', (asked, said) => {
    const { details, actor } = policyReloadEvent(outcome({ trigger: 'api', asked }), { policyDir: '/p' });
    expect(details).toBe(`policy reloaded: aaaaaaaaaaaa -> bbbbbbbbbbbb, 6 modules${said}`);
    // A name that a caller gives itself is not what the trail is filtered by.
    expect(actor).toBe('api');
  });

  it('of a rejection is HIGH, names the candidate and has a digest that equals only for equal diagnostics', () => {
    const event = policyReloadEvent(rejection(), { policyDir: '/p' });
    expect(event).toMatchObject({ severity: 'HIGH', outcome: 'rejected', to_revision: 'b'.repeat(64) });
    expect(event.diagnostics_digest).toMatch(/^[0-9a-f]{64}$/);
    expect(policyReloadEvent(rejection({ durationMs: 1 }), { policyDir: '/q' }).diagnostics_digest).toBe(event.diagnostics_digest);
    const other = rejection({ diagnostics: rejection().diagnostics.slice(1) });
    expect(policyReloadEvent(other, { policyDir: '/p' }).diagnostics_digest).not.toBe(event.diagnostics_digest);
  });
});
