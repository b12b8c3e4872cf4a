import type { HttpDeps, RequestMetrics } from '../deps.js';
import { surfaceOf } from '../exchange.js';
import type { Reply } from '../exchange.js';
import type { IncomingHttpHeaders } from 'node:http';
import { createAuthenticator } from './token.js';
import type { AuthFailure, TokenCarrier } from './token.js';
import { checkCsrf } from './csrf.js';
import type { CsrfFailure } from './csrf.js';
import { opaError } from '../opa/errors.js';
import { plain } from '../replies.js';
import { HEALTH_PATH } from '../routes/health.js';

/** Status and text of each refusal. The text is JSON, but goes out as plain text: that is the wire. */
const REFUSALS: Readonly<Record<AuthFailure | CsrfFailure, readonly [status: number, error: string]>> = {
  no_token_configured: [503, 'sidecar misconfigured: no gateway token'],
  missing_token: [401, 'unauthorized'],
  invalid_token: [401, 'unauthorized'],
  sec_fetch_site_rejected: [403, 'cross-site request rejected'],
  csrf_mismatch_options: [403, 'missing X-DefenseClaw-Client header'],
  csrf_mismatch: [403, 'missing X-DefenseClaw-Client header'],
  bad_content_type: [415, 'Content-Type must be application/json'],
  origin_blocked: [403, 'non-localhost Origin rejected'],
};

/** Facts that the gate looks at. */
export interface Knock {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Admission {
  /** The refusal, when there is one. */
  readonly reply?: Reply;
  readonly carrier?: TokenCarrier;
}

/** Who may come in: token first, then the cross-site checks. Every refusal is counted by its reason. */
export interface Gate {
  authenticate(knock: Knock): Admission;
  checkCrossSite(knock: Knock, carrier: TokenCarrier | undefined): Reply | undefined;
  /** Whether both would let it pass. Counts nothing: who asks leaves what is refused to somebody who refuses it. */
  admits(knock: Knock): boolean;
}

export function createGate(deps: Pick<HttpDeps, 'token'> & { readonly metrics: Pick<RequestMetrics, 'authFailure'> }): Gate {
  const authenticate = createAuthenticator(deps.token);

  function refuse(reason: AuthFailure | CsrfFailure, path: string): Reply {
    deps.metrics.authFailure(reason);
    const [status, error] = REFUSALS[reason];
    if (surfaceOf(path) === 'defenseclaw') return plain(status, JSON.stringify({ error }));
    return opaError(status, status === 503 ? 'internal_error' : 'unauthorized', error);
  }

  function crossSite({ method, path, headers }: Knock, carrier: TokenCarrier | undefined): CsrfFailure | undefined {
    const lenient = carrier === 'authorization' && surfaceOf(path) === 'opa';
    return checkCsrf(method, headers, lenient);
  }

  return {
    authenticate({ method, path, headers }) {
      if (path === HEALTH_PATH && method === 'GET') return {};
      const outcome = authenticate(headers);
      return 'failure' in outcome ? { reply: refuse(outcome.failure, path) } : outcome;
    },
    checkCrossSite(knock, carrier) {
      const failure = crossSite(knock, carrier);
      return failure === undefined ? undefined : refuse(failure, knock.path);
    },
    admits(knock) {
      const outcome = authenticate(knock.headers);
      return 'carrier' in outcome && crossSite(knock, outcome.carrier) === undefined;
    },
  };
}
