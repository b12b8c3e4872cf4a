import { X509Certificate } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { readPem } from '../config/bounded-file.js';
import type { Config } from '../config/config.js';
import { GatewayError } from '../errors.js';

/** Bytes of a file with certificates: those that a system trusts take some 250 KB. */
const MAX_PEM_BYTES = 4 * 1024 * 1024;

/** What a client of the gateway checks of its certificate; undefined when the gateway speaks no TLS. Throws `config_unreadable`, `tls_invalid`. */
export function trustOf({ gateway }: Pick<Config, 'gateway'>): ConnectionOptions | undefined {
  const { cert, ca } = gateway.tls;
  if (ca !== undefined) return { ca: readPem(ca, MAX_PEM_BYTES) };
  return cert === undefined ? undefined : pinned(cert, readPem(cert, MAX_PEM_BYTES));
}

/** The gateway is on this machine, and its certificate too: that one it has to show, whoever signed it and whatever its name. */
function pinned(file: string, pem: string): ConnectionOptions {
  let own: X509Certificate;
  try {
    own = new X509Certificate(pem);
  } catch (cause) {
    throw new GatewayError('tls_invalid', `Expected a certificate in ${file}`, { cause });
  }
  return {
    ca: pem,
    allowPartialTrustChain: true,
    checkServerIdentity: (_host, { raw }) => (raw.equals(own.raw) ? undefined : new Error(`it shows another certificate than ${file}`)),
  };
}
