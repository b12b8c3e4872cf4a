import type { Config } from '../config/config.js';
import { readPem } from '../config/bounded-file.js';
import { GatewayError } from '../errors.js';
import { checkTlsPair } from '../http/tls-pair.js';
import type { TlsPair } from '../http/tls-pair.js';
import type { Log } from '../log.js';

/** Bytes of one PEM file: a chain of certificates takes some ten thousand. */
const MAX_PEM_BYTES = 1024 * 1024;

/** How often the files are looked at, in ms. */
const LOOK_MS = 1_000;

export interface TlsFilesOptions {
  readonly config: Config;
  readonly log: Log;
  /** How often the files are looked at, in ms. */
  readonly lookMs?: number;
}

/** The certificate and key of the configuration, as they are now. */
export interface TlsFiles {
  readonly pair: TlsPair;
  /** Calls back with each new pair that can be used. */
  watch(renewed: (pair: TlsPair) => void): void;
  close(): void;
}

/** Undefined when no TLS is configured. Throws `config_unreadable`, `tls_invalid`. */
export function openTlsFiles({ config, log, lookMs = LOOK_MS }: TlsFilesOptions): TlsFiles | undefined {
  const { cert, key } = config.gateway.tls;
  if (cert === undefined || key === undefined) return undefined;
  const read = (): TlsPair => ({ cert: readPem(cert, MAX_PEM_BYTES), key: readPem(key, MAX_PEM_BYTES) });
  let pair = read();
  checkTlsPair(pair);
  let timer: NodeJS.Timeout | undefined;
  /** What the files held at the last look, or why they could not be read. */
  let seen = fingerprint(pair);
  let judged = seen;

  /** Two looks have to see the same: the files are written one after the other, and not in one go. */
  function look(renewed: (pair: TlsPair) => void): void {
    let found: TlsPair | GatewayError;
    try {
      found = read();
    } catch (thrown) {
      if (!(thrown instanceof GatewayError)) throw thrown;
      found = thrown;
    }
    const now = found instanceof GatewayError ? found.message : fingerprint(found);
    const settled = now === seen && now !== judged;
    seen = now;
    if (!settled) return;
    judged = now;
    try {
      if (found instanceof GatewayError) throw found;
      checkTlsPair(found);
      pair = found;
      renewed(found);
      log.info({ cert }, 'the certificate was renewed: new connections get it');
    } catch (thrown) {
      if (!(thrown instanceof GatewayError)) throw thrown;
      log.error({ code: thrown.code, cert }, `the certificate cannot be renewed, the one of before stays: ${thrown.message}`);
    }
  }

  return {
    get pair() {
      return pair;
    },
    watch(renewed) {
      timer = setInterval(() => look(renewed), lookMs).unref();
    },
    close: () => clearInterval(timer),
  };
}

function fingerprint({ cert, key }: TlsPair): string {
  return `${cert}\0${key}`;
}
