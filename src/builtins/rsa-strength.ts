import type { KeyObject } from 'node:crypto';

const MIN_BITS = 1024;
const MAX_EXPONENT = 2n ** 31n;

/** True when Go's crypto/rsa would use the key: not too short, and with an odd exponent above 1, under which nobody can forge. */
export function isStrongRsaKey(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  return modulusLength >= MIN_BITS && publicExponent % 2n === 1n && publicExponent > 1n && publicExponent < MAX_EXPONENT;
}
