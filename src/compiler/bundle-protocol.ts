import type { RegoModule, RegoVersion } from './protocol.js';

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

/** A bundle in an OCI registry. */
export interface PullParams {
  /** Address of the registry. */
  readonly url: string;
  /** `host/repository:tag`, or with a digest. */
  readonly reference: string;
  readonly scheme: 'Bearer' | 'Basic';
  /** With `Basic`: `name:password`. */
  readonly token?: string;
  /** Of the manifest that was pulled last. */
  readonly digest?: string;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Certificates in PEM that are trusted beside those of the system. */
  readonly ca?: string;
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. */
  readonly proxies?: { readonly http?: string; readonly https?: string; readonly none?: string };
}

/** The archive as base64 with the digest of its manifest, or that this is still the one that was asked about, or why there is none. */
export interface PullResult {
  readonly archive?: string;
  readonly digest?: string;
  readonly unchanged?: boolean;
  readonly unavailable?: string;
}

/** A bundle as it came. */
export interface PackedBundle {
  readonly name: string;
  /** Base64. */
  readonly archive: string;
  /** Asks for a signature; without it a bundle that has one is refused. */
  readonly verify?: { readonly keyId?: string; readonly scope?: string; readonly exclude?: readonly string[] };
}

export interface UnpackParams {
  readonly bundles: readonly PackedBundle[];
  readonly keys: Readonly<Record<string, { readonly key: string; readonly algorithm?: string; readonly scope?: string }>>;
  /** What one archive may inflate to, and each file in it. */
  readonly maxBytes: number;
  readonly maxFileBytes: number;
  /** Of modules that no manifest speaks for. */
  readonly regoVersion: RegoVersion;
}

/** All bundles in one, or the one that is refused. Paths of modules begin with the name of their bundle. */
export interface UnpackResult {
  readonly modules?: readonly RegoModule[];
  /** JSON text. */
  readonly data?: string;
  /** What the bundles call themselves. */
  readonly revisions?: Readonly<Record<string, string>>;
  readonly refused?: { readonly bundle: string; readonly kind: 'signature' | 'invalid'; readonly message: string };
}
