import { createSecretKey } from 'node:crypto';
import { compareValues } from '../../value/value.js';
import { formatJson } from '../../value/format-json.js';
import type { Step } from '../../value/step.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import type { BuiltinContext, BuiltinGroup } from '../builtin.js';
import { BuiltinError } from '../builtin.js';
import { fromBigint, isNumber, numberFromText, toFloat64 } from '../numeric.js';
import { objectOperand } from '../operands.js';
import { signatureMatches } from './algorithms.js';
import { parseVerificationKeys } from './keys.js';
import type { VerificationKey } from './keys.js';
import { decodeHeader, decodePart, parseObject, readHeader, signedText, splitToken } from './token.js';
import type { CompactToken, TokenHeader } from './token.js';
import { VERIFY_UNITS, candidateKeys } from './verify.js';

const EMPTY = RegoObject.of([]);
const UNVERIFIED: readonly RegoValue[] = [false, EMPTY, EMPTY];

/** What the caller demands of the token; '' where it demands nothing. */
interface Constraints {
  readonly keys?: readonly VerificationKey[];
  readonly secret: string;
  readonly alg: string;
  readonly iss: string;
  readonly aud: string;
  /** Nanoseconds since the epoch, as a float64 as in OPA. */
  readonly time: number;
}

const CONSTRAINTS: readonly RegoValue[] = ['cert', 'secret', 'alg', 'iss', 'aud', 'time'];

/** `io.jwt.decode_verify`: `[true, header, payload]` when signature, issuer, audience and times all hold. */
export const jwtDecodeVerifyBuiltins: BuiltinGroup = {
  'io.jwt.decode_verify': (context, token = null, constraints = null) =>
    decodeVerify(token, readConstraints(objectOperand(constraints, 2), context), context.step),
};

function decodeVerify(value: RegoValue, constraints: Constraints, step: Step): readonly RegoValue[] {
  for (let current = value; ;) {
    const token = splitToken(current);
    const headerObject = decodeHeader(token, step);
    const header = readHeader(headerObject);
    if (!header.valid || (constraints.alg !== '' && constraints.alg !== header.alg)) return UNVERIFIED;
    if (!isSigned(token, header, constraints, step)) return UNVERIFIED;
    const payload = decodePart(token.payload, 'payload').toString('utf8');
    // Each turn is on a shorter token, so the nesting ends by itself.
    if (header.cty.toLowerCase() === 'jwt') {
      current = payload;
      continue;
    }
    const claims = parseObject(payload, step);
    return claimsHold(claims, constraints) ? [true, headerObject, claims] : UNVERIFIED;
  }
}

function isSigned(token: CompactToken, header: TokenHeader, constraints: Constraints, step: Step): boolean {
  const signature = decodePart(token.signature, 'signature');
  const text = signedText(token);
  const keys =
    constraints.keys === undefined
      ? [createSecretKey(Buffer.from(constraints.secret))]
      : candidateKeys(constraints.keys, header.kid, header.alg).map(({ key }) => key);
  return keys.some((key) => {
    step(VERIFY_UNITS);
    return signatureMatches(header.alg, key, text, signature, false);
  });
}

function claimsHold(claims: RegoObject, constraints: Constraints): boolean {
  if (constraints.iss !== '') {
    const issuer = claims.get('iss');
    if (issuer !== undefined && typeof issuer !== 'string') throw new BuiltinError('iss value must be a string');
    if (issuer !== constraints.iss) return false;
  }
  const audience = claims.get('aud');
  if (audience === undefined ? constraints.aud !== '' : !isAudience(audience, constraints.aud)) return false;
  // Claims count seconds. OPA compares with the shortest decimal text of the float64.
  const now = numberFromText(floatText(constraints.time / 1e9));
  const expires = numericClaim(claims, 'exp');
  if (expires !== undefined && compareValues(now, expires) >= 0) return false;
  const notBefore = numericClaim(claims, 'nbf');
  return notBefore === undefined || compareValues(now, notBefore) >= 0;
}

function isAudience(claim: RegoValue, wanted: string): boolean {
  return Array.isArray(claim) ? (claim as readonly RegoValue[]).includes(wanted) : claim === wanted;
}

function numericClaim(claims: RegoObject, name: string): RegoValue | undefined {
  const value = claims.get(name);
  if (value !== undefined && !isNumber(value)) throw new BuiltinError(`${name} value must be a number`);
  return value;
}

function readConstraints(object: RegoObject, { nowNs, step }: BuiltinContext): Constraints {
  for (const [name] of object.entries) {
    if (!CONSTRAINTS.includes(name)) throw new BuiltinError(`unknown token validation constraint: ${formatJson(name)}`);
  }
  const text = (name: string): string => {
    const value = object.get(name) ?? '';
    if (typeof value !== 'string') throw new BuiltinError(`${name} constraint: must be a string`);
    return value;
  };
  const keys = object.get('cert') === undefined ? {} : { keys: parseVerificationKeys(text('cert'), step) };
  const constraints = { ...keys, secret: text('secret'), alg: text('alg'), iss: text('iss'), aud: text('aud') };
  if (keys.keys !== undefined && constraints.secret !== '') throw new BuiltinError('duplicate key constraints');
  if (keys.keys === undefined && constraints.secret === '') throw new BuiltinError('no key constraint');
  return { ...constraints, time: timeConstraint(object.get('time') ?? fromBigint(nowNs)) };
}

function timeConstraint(value: RegoValue): number {
  if (!isNumber(value)) throw new BuiltinError('token time constraint: must be a number');
  const time = toFloat64(value);
  if (time === undefined) throw new BuiltinError('token time constraint: not a float64');
  if (time < 0) throw new BuiltinError('token time constraint: must not be negative');
  return time;
}

function floatText(value: number): string {
  return Object.is(value, -0) ? '0' : String(value);
}
