import { toUSVString } from 'node:util';

/** Words for how much an event matters, in rising order. */
export const SEVERITIES = ['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One row of the audit trail, named as it is printed. */
export interface AuditEvent {
  /** UUID. */
  readonly id: string;
  /** RFC 3339 in UTC with milliseconds. */
  readonly timestamp: string;
  readonly action: string;
  /** What it was done to: a folder, `type:name`, a setting. */
  readonly target: string;
  readonly actor: string;
  readonly details: string;
  readonly severity: Severity;
  /** Why a reload ran. */
  readonly trigger?: string;
  readonly from_revision?: string;
  readonly to_revision?: string;
  readonly outcome?: string;
  /** SHA-256 of the diagnostics as JSON, to compare attempts. */
  readonly diagnostics_digest?: string;
  readonly duration_ms?: number;
  /** Request that caused it. */
  readonly request_id?: string;
  /** Run of the gateway that wrote it. */
  readonly run_id?: string;
  /** Gateway that wrote it, of those that share the file: its address and its process. */
  readonly instance?: string;
}

/** An event to write: the store gives the id, and fills in what is left out. */
export type NewAuditEvent = Omit<AuditEvent, 'id' | 'timestamp' | 'severity' | 'target' | 'actor' | 'details' | 'run_id' | 'instance'> &
  Partial<Pick<AuditEvent, 'timestamp' | 'severity' | 'target' | 'actor' | 'details'>>;

/** Actions that the gateway writes itself. A caller of the API must not be able to forge them. */
export const GATEWAY_ACTIONS = [
  'policy-reload',
  'policy-pin',
  'policy-resume',
  'policy-watchdog',
  'policy-tests',
  'policy-gates-forced',
  'gateway-start',
  'gateway-stop',
  'api-enforce-block',
  'api-enforce-unblock',
  'api-enforce-allow',
  'guardrail-config-reload',
  'inspect-reveal-pii',
] as const;

/** True for an action that only the gateway may write, however it is spelt. */
export function isGatewayAction(action: string): boolean {
  const plain = action.normalize('NFKC').trim().toLowerCase();
  return GATEWAY_ACTIONS.some((own) => own === plain);
}

/** Longest text of a column, in UTF-16 units: a caller must not be able to fill the disk with one row. */
const MAX_TEXT = 4096;

/**
 * The text as it can be stored: cut to the bound, never inside a character, and marked as cut. NUL would end the text for
 * SQLite's driver, a lone surrogate is no UTF-8: both become U+FFFD.
 */
export function bounded(text: string, max = MAX_TEXT): string {
  const cut = text.length <= max ? text : `${toUSVString(text.slice(0, max - 1))}…`;
  return toUSVString(cut).replaceAll('\0', '\uFFFD');
}
