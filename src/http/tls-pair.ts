import { createSecureContext } from 'node:tls';
import { GatewayError } from '../errors.js';

/** A certificate, with those that lead to its root, and its key, both in PEM. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** Throws `tls_invalid` for what no server can be made of: no PEM, or a key of another certificate. */
export function checkTlsPair(pair: TlsPair): void {
  try {
    createSecureContext(pair);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('tls_invalid', `gateway.tls.cert and gateway.tls.key do not make a pair: ${reason}`, { cause });
  }
}
