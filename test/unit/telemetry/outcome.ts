import type { Outcome } from '../../../src/engine/engine.js';

const OLD = 'a'.repeat(64);
const NEW = 'b'.repeat(64);

/** An outcome as the engine makes it; `part` says what is different. */
export function outcome(part: Partial<Outcome> = {}): Outcome {
  return {
    status: 'reloaded',
    trigger: 'watch',
    asked: {},
    revision: NEW,
    previousRevision: OLD,
    modules: 6,
    durationMs: 52.34,
    stages: { read: 2.04, compile: 40, prepare: 10.06 },
    diagnostics: [],
    at: new Date('2026-01-02T03:04:05.000Z'),
    ...part,
  };
}

/** A rejection with two errors and a warning. */
export function rejection(part: Partial<Outcome> = {}): Outcome {
  return outcome({
    status: 'rejected',
    trigger: 'api',
    revision: OLD,
    candidate: NEW,
    error: { code: 'policy_rejected', message: '2 errors' },
    diagnostics: [
      { severity: 'warning', code: 'w', message: 'odd' },
      { severity: 'error', code: 'rego_parse_error', message: 'unexpected eof', file: 'rego/firewall.rego', row: 12, col: 3 },
      { severity: 'error', code: 'rego_type_error', message: 'undefined ref', file: 'rego/audit.rego', row: 1, col: 1 },
    ],
    ...part,
  });
}
