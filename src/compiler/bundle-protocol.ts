import type { RegoModule } from './protocol.js';

/** How a bundle is signed. */
export interface Signing {
  /** Absolute path of a file with a PEM private key, or with the secret of an HMAC algorithm. */
  readonly keyFile: string;
  /** As in JWTs; default RS256. */
  readonly algorithm?: string;
  /** The name under which whoever verifies it knows the key; default `default`, as of `opa run --verification-key`. */
  readonly keyId?: string;
}

export interface PackParams {
  /** Modules that were accepted already. */
  readonly modules: readonly RegoModule[];
  /** Base document as JSON text. */
  readonly data: string;
  /** What the bundle calls its state. */
  readonly revision: string;
  readonly signing?: Signing;
}

/** `archive` is a gzipped tar archive as base64. */
export interface PackResult {
  readonly archive?: string;
  /** Why the key cannot sign. */
  readonly keyError?: string;
}
