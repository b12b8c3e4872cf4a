import { ERRORS, GatewayError } from '../errors.js';
import type { ErrorCode } from '../errors.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { shortId } from '../policy/source-set.js';

/** What a run of the gateway's one path is answered with, as far as people are told. */
export interface ReloadBody {
  readonly status: string;
  readonly changed?: boolean;
  readonly revision?: string | null;
  readonly previous_revision?: string | null;
  readonly pinned?: string;
  readonly candidate?: string | null;
  readonly duration_ms?: number;
}

/** What the gateway refused, as every failure of a command: its code says what to do next. */
export function refusalOf(body: unknown): GatewayError {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
  const known = typeof code === 'string' && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'gateway_refused';
  return new GatewayError(known, messageOf(body), { details: { diagnostics: diagnosticsOf(body) } });
}

function diagnosticsOf(body: unknown): readonly Diagnostic[] {
  const found = typeof body === 'object' && body !== null && 'diagnostics' in body ? body.diagnostics : undefined;
  return Array.isArray(found) ? (found as readonly Diagnostic[]) : [];
}

function messageOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string') return body.error;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** One line: what serves now, and whether it is held. */
export function renderChange({
  status,
  changed,
  revision,
  previous_revision: previous,
  pinned,
  candidate,
  duration_ms: ms,
}: ReloadBody): string {
  const now = revision === null || revision === undefined ? 'none' : shortId(revision);
  const was = previous === null || previous === undefined ? 'none' : shortId(previous);
  const took = ms === undefined ? '' : ` (${ms.toFixed(1)} ms)`;
  const moved = changed === true ? `${was} -> ${now}${took}` : `${now} serves`;
  const held = status === 'held' && candidate !== null && candidate !== undefined ? `; the folder would give ${shortId(candidate)}` : '';
  const pin = pinned === undefined ? '' : ', pinned: saves are not served until `policy resume` or `policy reload`';
  return `${moved}${pin}${held}`;
}
