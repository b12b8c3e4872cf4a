import { HEALTH_PATH, LIVE_PATH, READY_PATH, surfaceOf } from '../exchange.js';
import type { Call, Reply } from '../exchange.js';
import type { ErrorCode } from '../../errors.js';
import { createAuthenticator } from './token.js';
import { checkCsrf } from './csrf.js';
import { opaError } from '../opa/errors.js';
import type { OpaCode } from '../opa/errors.js';
import { ERROR_CODE_HEADER, plain } from '../replies.js';
import type { Refusal } from './refusal.js';

/** Status, text and code of each refusal. The text is JSON, but goes out as plain text: that is the wire. */
const REFUSALS: Readonly<Record<Refusal, readonly [status: number, error: string, code?: ErrorCode]>> = {
  host_rejected: [400, 'more than one Host header', 'request_invalid'],
  no_token_configured: [503, 'sidecar misconfigured: no gateway token', 'token_missing'],
  missing_token: [401, 'unauthorized', 'token_missing'],
  invalid_token: [401, 'unauthorized', 'token_wrong'],
  sec_fetch_site_rejected: [403, 'cross-site request rejected'],
  csrf_mismatch_options: [403, 'missing X-DefenseClaw-Client header'],
  csrf_mismatch: [403, 'missing X-DefenseClaw-Client header'],
  bad_content_type: [415, 'Content-Type must be application/json'],
  origin_blocked: [403, 'non-localhost Origin rejected'],
};

/** Facts that the gate looks at. */
export type Knock = Pick<Call, 'method' | 'path' | 'headers'>;

/** Who may come in: one host, the token, then the cross-site checks. */
export interface Gate {
  /** The refusal, when there is one; it is counted by its reason. */
  refusal(knock: Knock & Pick<Call, 'hosts'>): Reply | undefined;
  /** Whether a request with one host would pass. Counts nothing: who asks leaves what is refused to somebody who refuses it. */
  admits(knock: Knock): boolean;
}

export interface GateParts {
  readonly token: string | undefined;
  readonly metrics: { authFailure(reason: Refusal): void };
}

export function createGate({ token, metrics }: GateParts): Gate {
  const authenticate = createAuthenticator(token);

  function objection(knock: Knock): Refusal | undefined {
    const { method, path, headers } = knock;
    const outcome = isOpen(knock) ? undefined : authenticate(headers);
    if (outcome !== undefined && 'failure' in outcome) return outcome.failure;
    const lenient = outcome?.carrier === 'authorization' && surfaceOf(path) === 'opa';
    return checkCsrf(method, headers, lenient);
  }

  return {
    refusal(knock) {
      const reason = knock.hosts > 1 ? 'host_rejected' : objection(knock);
      if (reason === undefined) return undefined;
      metrics.authFailure(reason);
      return refused(reason, knock.path);
    },
    admits: (knock) => objection(knock) === undefined,
  };
}

const OPEN_PATHS: ReadonlySet<string> = new Set([HEALTH_PATH, LIVE_PATH, READY_PATH]);

/** Health is for everybody. */
function isOpen({ method, path }: Knock): boolean {
  return OPEN_PATHS.has(path) && (method === 'GET' || method === 'HEAD');
}

function refused(reason: Refusal, path: string): Reply {
  const [status, error, code] = REFUSALS[reason];
  const headers = {
    ...(code === undefined ? {} : { [ERROR_CODE_HEADER]: code }),
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
  };
  if (surfaceOf(path) === 'defenseclaw') return plain(status, JSON.stringify({ error }), headers);
  return opaError(status, OPA_CODES[status] ?? 'unauthorized', error, undefined, headers);
}

const OPA_CODES: Readonly<Record<number, OpaCode>> = { 400: 'invalid_parameter', 503: 'internal_error' };
