import path from 'node:path';
import { Flags } from '@oclif/core';
import type { Signing } from '../compiler/bundle-protocol.js';
import { readBounded } from '../config/bounded-file.js';
import { SIGNATURE_ALGORITHMS } from '../config/sections/bundles.js';
import { GatewayError } from '../errors.js';

/** Bytes of a key: those of RSA have a few thousand. */
const MAX_KEY_BYTES = 64 * 1024;

/** With what a bundle is signed; named as `opa build` names them. */
export const SIGNING_FLAGS = {
  'signing-key': Flags.string({
    helpValue: 'FILE',
    description: 'Sign the bundle with this PEM private key, or with the secret in this file for an HS algorithm',
  }),
  'signing-alg': Flags.option({
    options: SIGNATURE_ALGORITHMS,
    default: 'RS256' as const,
    description: 'Algorithm of the signature',
  })(),
  'signing-key-id': Flags.string({
    default: 'default',
    description: 'Name under which whoever verifies the bundle knows the key',
  }),
};

interface SigningFlags {
  readonly 'signing-key'?: string | undefined;
  readonly 'signing-alg': string;
  readonly 'signing-key-id': string;
}

/** Throws `bundle_key_invalid` for a file that is none, `config_unreadable` for one that cannot be read. */
export function signingFrom(flags: SigningFlags): Signing | undefined {
  const named = flags['signing-key'];
  if (named === undefined) return undefined;
  const keyFile = path.resolve(named);
  if (readBounded(keyFile, MAX_KEY_BYTES) === undefined) throw new GatewayError('bundle_key_invalid', `there is no file ${keyFile}`);
  return { keyFile, algorithm: flags['signing-alg'], keyId: flags['signing-key-id'] };
}
