import { createPrivateKey, createPublicKey, createSecretKey, X509Certificate } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isRecord } from '../../is-record.js';
import type { Step } from '../../value/step.js';
import { BuiltinError } from '../builtin.js';
import { nextPemBlock } from '../pem.js';
import { isAlgorithm } from './algorithms.js';

/** A key that may verify a token. */
export interface VerificationKey {
  /** '' when the key names no algorithm (PEM keys never do). */
  readonly alg: string;
  readonly kid: string;
  /** A public or a secret key. */
  readonly key: KeyObject;
  /** The key came with its private half: only `io.jwt.decode_verify` takes such keys. */
  readonly isPrivate: boolean;
}

/** JWK algorithms that are no signature algorithms of ours: keys that carry one are skipped, any other name is refused. */
const FOREIGN_ALGORITHMS = new Set(
  [
    'none ES256K Ed25519 Ed448 RSA1_5 RSA-OAEP RSA-OAEP-256 RSA-OAEP-384 RSA-OAEP-512 dir A128KW A192KW A256KW A128GCMKW A192GCMKW',
    'A256GCMKW ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW PBES2-HS256+A128KW PBES2-HS384+A192KW PBES2-HS512+A256KW',
  ].flatMap((line) => line.split(' ')),
);

const REQUIRED: Readonly<Record<string, readonly string[]>> = { RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'], oct: ['k'] };

const MAX_KEYS = 1000;

/** Units of work of importing one key, some tens of microseconds. */
const KEY_UNITS = 64;

/** Parsed keys by the text they came from: policies verify many tokens against few key sets. */
const cache = new LRUCache<string, readonly VerificationKey[]>({
  max: 100,
  maxSize: 2 ** 22,
  sizeCalculation: (_, text) => text.length + 1,
});

/** The keys of a PEM certificate, a PEM public key, a JWK or a JWK set. Throws BuiltinError. */
export function parseVerificationKeys(text: string, step: Step): readonly VerificationKey[] {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const block = nextPemBlock(text);
  const keys =
    block === undefined
      ? parseJwks(text, step).flatMap((jwk) => verificationKey(jwk, step))
      : [pemKey(block.type, block.bytes, block.rest)];
  cache.set(text, keys);
  return keys;
}

/** The first key of a JWK or JWK set, whole: a private or a secret key. Throws BuiltinError. */
export function parseSigningKey(text: string, step: Step): KeyObject {
  const [jwk] = parseJwks(text, step);
  if (jwk === undefined) throw new BuiltinError('no keys found in JWK set');
  return importing(() => (jwk.kty === 'oct' ? secretKey(jwk) : createPrivateKey({ key: jwk, format: 'jwk' })));
}

function pemKey(type: string, bytes: Buffer, rest: string): VerificationKey {
  if (rest !== '') throw new BuiltinError('extra data after a PEM certificate block');
  const key = importing(() => {
    if (type === 'CERTIFICATE') return new X509Certificate(bytes).publicKey;
    if (type === 'PUBLIC KEY') return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
    throw new BuiltinError('failed to extract a Key from the PEM certificate');
  });
  return { alg: '', kid: '', key, isPrivate: false };
}

function parseJwks(text: string, step: Step): readonly JsonWebKey[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new BuiltinError('failed to parse a JWK key (set)', { cause });
  }
  const list: unknown = isRecord(parsed) && Object.hasOwn(parsed, 'keys') ? parsed['keys'] : [parsed];
  if (!Array.isArray(list)) throw new BuiltinError('failed to parse a JWK key (set): keys must be an array');
  if (list.length > MAX_KEYS) throw new BuiltinError(`failed to parse a JWK key (set): more than ${MAX_KEYS} keys`);
  return list.map((candidate) => {
    step();
    return checkedJwk(candidate);
  });
}

function checkedJwk(candidate: unknown): JsonWebKey {
  if (!isRecord(candidate)) throw new BuiltinError('failed to parse a JWK key (set): a key must be an object');
  const { kty, alg } = candidate;
  const required = typeof kty === 'string' && Object.hasOwn(REQUIRED, kty) ? REQUIRED[kty] : undefined;
  if (required === undefined) throw new BuiltinError('failed to parse a JWK key (set): unknown kty');
  const broken = required.find((name) => !isEncoded(candidate[name]));
  if (broken !== undefined) throw new BuiltinError(`failed to parse a JWK key (set): ${broken} is missing or not base64url`);
  for (const name of ['d', 'kid', 'alg', 'use']) {
    if (candidate[name] !== undefined && typeof candidate[name] !== 'string') {
      throw new BuiltinError(`failed to parse a JWK key (set): ${name} must be a string`);
    }
  }
  if (typeof alg === 'string' && !isAlgorithm(alg) && !FOREIGN_ALGORITHMS.has(alg)) {
    throw new BuiltinError('failed to parse a JWK key (set): unknown alg');
  }
  return candidate;
}

/** Base64 of either alphabet, padded or not; the names of curves pass too. */
function isEncoded(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9+/_-]+={0,2}$/.test(value);
}

function verificationKey(jwk: JsonWebKey, step: Step): VerificationKey[] {
  step(KEY_UNITS);
  const { d, alg = '', kid = '' } = jwk as JsonWebKey & { readonly alg?: string; readonly kid?: string };
  const key = importing(() => (jwk.kty === 'oct' ? secretKey(jwk) : createPublicKey({ key: publicHalf(jwk), format: 'jwk' })));
  return alg !== '' && !isAlgorithm(alg) ? [] : [{ alg, kid, key, isPrivate: d !== undefined && jwk.kty !== 'oct' }];
}

function publicHalf({ kty, n, e, crv, x, y }: JsonWebKey): JsonWebKey {
  const fields = Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields);
}

function secretKey(jwk: JsonWebKey): KeyObject {
  return createSecretKey(Buffer.from(jwk.k ?? '', 'base64url'));
}

function importing(make: () => KeyObject): KeyObject {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof BuiltinError) throw cause;
    throw new BuiltinError('failed to parse a key', { cause });
  }
}
