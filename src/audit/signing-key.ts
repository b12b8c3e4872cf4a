import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { besideName, PRIVATE_MODE } from '../config/atomic-write.js';
import { readBounded, systemErrorCode } from '../config/bounded-file.js';
import { makeFolder } from '../config/make-folder.js';
import { GatewayError } from '../errors.js';

/** Signs checkpoints of the audit trail with Ed25519. */
export interface AuditSigner {
  readonly keyId: string;
  sign(text: string): string;
}

const MAX_KEY_BYTES = 16 * 1024;

/** The key of the data folder, made on first use and readable by its owner alone. Throws `audit_store_failed`. */
export function openSigner(file: string): AuditSigner {
  const key = readKey(file) ?? makeKey(file);
  let keyId: string | undefined;
  return {
    get keyId() {
      return (keyId ??= keyIdOf(createPublicKey(key)));
    },
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64'),
  };
}

/** The public half, which may be given to anybody, as base64 of its SPKI form. Throws `audit_store_failed` while there is no key. */
export function publicKeyText(file: string): string {
  const key = readKey(file);
  if (key === undefined) throw new GatewayError('audit_store_failed', `Expected a signing key at ${file}: the first start makes one`);
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

/** A public key as {@link publicKeyText} prints it, or as PEM. Throws `usage`. */
export function parsePublicKey(text: string): KeyObject {
  try {
    if (text.includes('-----BEGIN')) return createPublicKey(text);
    return createPublicKey({ key: Buffer.from(text.trim(), 'base64'), type: 'spki', format: 'der' });
  } catch (cause) {
    throw new GatewayError('usage', 'Expected a public key as `audit key` prints it', { cause });
  }
}

export function keyIdOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

export function isSignedBy(key: KeyObject, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}

function readKey(file: string): KeyObject | undefined {
  const bytes = readBounded(file, MAX_KEY_BYTES);
  if (bytes === undefined) return undefined;
  try {
    const key = createPrivateKey(Buffer.from(bytes));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw new GatewayError('audit_store_failed', `${file} is no private key`, { cause, details: { file } });
  }
  throw new GatewayError('audit_store_failed', `Expected an Ed25519 key in ${file}`, { details: { file } });
}

/** Two gateways that start at once agree on one key: a link is made by one of them alone, and the other takes what it made. */
function makeKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  makeFolder(path.dirname(file));
  const temporary = besideName(file);
  try {
    const descriptor = openSync(temporary, 'wx', PRIVATE_MODE);
    try {
      writeSync(descriptor, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    linkSync(temporary, file);
    return privateKey;
  } catch (error) {
    const made = systemErrorCode(error) === 'EEXIST' ? readKey(file) : undefined;
    if (made !== undefined) return made;
    throw new GatewayError('audit_store_failed', `Cannot make a signing key at ${file}`, { cause: error, details: { file } });
  } finally {
    rmSync(temporary, { force: true });
  }
}
