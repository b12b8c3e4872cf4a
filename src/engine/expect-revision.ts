import { GatewayError } from '../errors.js';
import { shortId } from '../policy/source-set.js';

/** Request header that names the revision which the asker counts on. */
export const EXPECTED_REVISION = 'if-policy-revision';

/** At least as many digits as `X-Policy-Revision` has; quotes are what an ETag would have around it. */
const REVISION = /^"?([0-9a-f]{12,64})"?$/iu;

/**
 * Holds an asker to their word. `given` is the value of {@link EXPECTED_REVISION}, undefined when nothing is expected; `serving` is the full id
 * of what decides. Throws `revision_mismatch` when that is another one or none, `request_invalid` for a value that names none.
 */
export function expectRevision(given: string | readonly string[] | undefined, serving: string | undefined): void {
  if (given === undefined) return;
  const digits = typeof given === 'string' ? REVISION.exec(given.trim())?.[1]?.toLowerCase() : undefined;
  if (digits === undefined) {
    throw new GatewayError('request_invalid', 'If-Policy-Revision: Expected the 12 to 64 hex digits of one revision');
  }
  if (serving?.startsWith(digits) === true) return;
  const now = serving === undefined ? 'no revision serves' : `${shortId(serving)} serves`;
  throw new GatewayError('revision_mismatch', `${now}, not ${digits}`, { details: { serving: serving ?? null } });
}
