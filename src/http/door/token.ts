import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type AuthFailure = 'no_token_configured' | 'missing_token' | 'invalid_token';

/** The header that carried the token. */
export type TokenCarrier = 'authorization' | 'x-defenseclaw-token' | 'x-dc-auth';

export type AuthOutcome = { readonly carrier: TokenCarrier } | { readonly failure: AuthFailure };

const BEARER = 'Bearer ';

/** Room for every usual token, so that the time of a compare does not tell how long ours is. */
const ROOM_BYTES = 256;
const LENGTH_BYTES = 4;

/**
 * Checks the token of a request. The first header that carries one decides; a wrong token there is final. Both sides are laid out in
 * blocks of one size before the constant-time compare, so neither length nor content shows in the time it takes; a hash of both would
 * hide as much and take three times as long.
 */
export function createAuthenticator(token: string | undefined): (headers: IncomingHttpHeaders) => AuthOutcome {
  if (token === undefined || token === '') return () => ({ failure: 'no_token_configured' });
  const room = LENGTH_BYTES + Math.max(ROOM_BYTES, Buffer.byteLength(token));
  const expected = Buffer.alloc(room);
  lay(expected, token);
  const scratch = Buffer.alloc(room);
  return (headers) => {
    const presented = presentedToken(headers);
    if (presented === undefined) return { failure: 'missing_token' };
    const fits = lay(scratch, presented.token);
    const matches = timingSafeEqual(scratch, expected) && fits;
    return matches ? { carrier: presented.carrier } : { failure: 'invalid_token' };
  };
}

/** Length and bytes of a token, the rest zero. False when it does not fit. */
function lay(into: Buffer, token: string): boolean {
  into.fill(0);
  const length = Buffer.byteLength(token);
  if (length > into.length - LENGTH_BYTES) return false;
  into.writeUInt32LE(length);
  into.write(token, LENGTH_BYTES, 'utf8');
  return true;
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
