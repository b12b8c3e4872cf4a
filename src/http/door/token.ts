import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type AuthFailure = 'no_token_configured' | 'missing_token' | 'invalid_token';

/** The header that carried the token. */
export type TokenCarrier = 'authorization' | 'x-defenseclaw-token' | 'x-dc-auth';

export type AuthOutcome = { readonly carrier: TokenCarrier } | { readonly failure: AuthFailure };

const BEARER = 'Bearer ';

/**
 * Checks the token of a request. The first header that carries one decides; a wrong token there is final. Both sides are hashed
 * before the constant-time compare, so neither length nor content shows in the time it takes.
 */
export function createAuthenticator(token: string | undefined): (headers: IncomingHttpHeaders) => AuthOutcome {
  if (token === undefined || token === '') return () => ({ failure: 'no_token_configured' });
  const expected = hash('sha256', token, 'buffer');
  return (headers) => {
    const presented = presentedToken(headers);
    if (presented === undefined) return { failure: 'missing_token' };
    const matches = timingSafeEqual(hash('sha256', presented.token, 'buffer'), expected);
    return matches ? { carrier: presented.carrier } : { failure: 'invalid_token' };
  };
}

function presentedToken(headers: IncomingHttpHeaders): { carrier: TokenCarrier; token: string } | undefined {
  const authorization = bearer(headers.authorization);
  if (authorization !== '') return { carrier: 'authorization', token: authorization };
  const own = single(headers['x-defenseclaw-token']);
  if (own !== '') return { carrier: 'x-defenseclaw-token', token: own };
  const short = bearer(single(headers['x-dc-auth']));
  return short === '' ? undefined : { carrier: 'x-dc-auth', token: short };
}

/** The scheme is case-sensitive and the value is taken as it stands: what clients of this wire send. */
function bearer(value: string | undefined): string {
  return value?.startsWith(BEARER) === true ? value.slice(BEARER.length) : '';
}

function single(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}
