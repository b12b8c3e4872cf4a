import type { RegoCompiler } from '../compiler/rego-compiler.js';
import type { BundleSource } from '../config/bundle-sources.js';
import { processEnvironment } from '../config/environment.js';
import { outwardOf } from './outward.js';
import { TIMEOUT_MS, unavailable } from './download.js';
import type { Download } from './download.js';

/** A bundle in an OCI registry. */
export type OciSource = BundleSource & { readonly reference: string };

export function isOci(source: BundleSource): source is OciSource {
  return source.reference !== undefined;
}

/**
 * The bundle as the registry has it at this moment, at most `maxBytes` of it; undefined when its manifest is still the one of `digest`. Throws
 * `bundle_unavailable`, `compiler_*`.
 */
export async function pull(
  compiler: Pick<RegoCompiler, 'pull'>,
  source: OciSource,
  digest: string | undefined,
  maxBytes: number,
): Promise<Download | undefined> {
  const { url, reference, credentials } = source;
  const answer = await compiler.pull({
    ...{ url, reference, maxBytes, timeoutMs: TIMEOUT_MS },
    scheme: credentials?.scheme === 'Basic' ? 'Basic' : 'Bearer',
    ...(credentials === undefined ? {} : { token: credentials.token.reveal() }),
    ...(digest === undefined ? {} : { digest }),
    ...outwardOf(processEnvironment()),
  });
  if (answer.unchanged === true) return undefined;
  if (answer.unavailable !== undefined) throw unavailable(source, answer.unavailable);
  return { bytes: Buffer.from(answer.archive ?? '', 'base64'), etag: answer.digest };
}
