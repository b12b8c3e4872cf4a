import { Flags } from '@oclif/core';
import { openAuditReader } from '../audit/audit-reader.js';
import type { AuditFilter, AuditReader } from '../audit/audit-reader.js';
import { GatewayError } from '../errors.js';
import { configFromFlags } from './settings.js';
import type { SettingFlags } from './settings.js';

/** Which events to read. */
export const AUDIT_FLAGS = {
  action: Flags.string({ description: 'Only this action, e.g. policy-reload' }),
  actor: Flags.string({ description: 'Only what this actor did: boot, watcher, api' }),
  outcome: Flags.string({ description: 'Only this outcome: reloaded, unchanged, rejected' }),
  since: Flags.string({ description: 'Events at or after this time (ISO 8601)' }),
  until: Flags.string({ description: 'Events before this time (ISO 8601)' }),
};

interface AuditFlags extends SettingFlags {
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly outcome?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit?: number | undefined;
}

/** The trail of the configured data folder; `close()` when done. Throws `audit_store_failed`. */
export function openTrail(flags: SettingFlags): AuditReader & { close(): void } {
  return openAuditReader(configFromFlags(flags).paths.stateFile);
}

/** Opens the trail for one look. */
export function withTrail<T>(flags: SettingFlags, look: (trail: AuditReader) => T): T {
  const trail = openTrail(flags);
  try {
    return look(trail);
  } finally {
    trail.close();
  }
}

/** The filter that the flags ask for. Throws `usage` for a time that is none. */
export function filterFrom({ action, actor, outcome, since, until, limit }: AuditFlags): AuditFilter {
  return {
    ...(action === undefined ? {} : { action }),
    ...(actor === undefined ? {} : { actor }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(since === undefined ? {} : { since: time('since', since) }),
    ...(until === undefined ? {} : { until: time('until', until) }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function time(flag: string, text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new GatewayError('usage', `--${flag}: expected a time such as 2026-01-31 or 2026-01-31T12:00:00Z, got ${text}`);
  return date;
}
