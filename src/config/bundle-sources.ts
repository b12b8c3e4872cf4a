import type { Config, DeepReadonly } from './config.js';
import type { ConfigProblem } from './problem.js';
import type { Secret } from './secret.js';
import type { Settings } from './schema.js';

/** One bundle that is followed. */
export interface BundleSource {
  readonly name: string;
  /** `http:`, `https:` or `file:`; of a registry its own. */
  readonly url: string;
  /** Present for what is pulled out of an OCI registry: `host/repository:tag`. */
  readonly reference: string | undefined;
  readonly credentials: { readonly token: Secret; readonly scheme: string } | undefined;
  /** Between two looks lies a random time between these, in ms. */
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Present where only what is signed right is taken. */
  readonly verify: { readonly keyId?: string; readonly scope?: string; readonly exclude?: readonly string[] } | undefined;
}

type BundleSettings = DeepReadonly<Pick<Settings, 'services' | 'bundles' | 'keys'>>;

/** The configured bundles by name. The settings have passed {@link bundleProblems}. */
export function bundleSources({ services, bundles }: Pick<Config, 'services' | 'bundles'>): readonly BundleSource[] {
  return Object.entries(bundles).map(([name, { service, resource = `bundles/${name}`, polling, signing }]) => ({
    name,
    ...placeOf(resource.startsWith('file:') ? undefined : services[service ?? ''], resource),
    minDelayMs: polling.min_delay_seconds * 1000,
    maxDelayMs: polling.max_delay_seconds * 1000,
    verify: signing === undefined ? undefined : verifyOf(signing),
  }));
}

function placeOf(
  service: BundleSettings['services'][string] | undefined,
  resource: string,
): Pick<BundleSource, 'url' | 'reference' | 'credentials'> {
  if (service === undefined) return { url: resource, reference: undefined, credentials: undefined };
  const { url, type, credentials } = service;
  if (type === 'oci') return { url, reference: resource, credentials: credentials?.bearer };
  return { url: `${url.replace(/\/+$/u, '')}/${resource.replace(/^\/+/u, '')}`, reference: undefined, credentials: credentials?.bearer };
}

function verifyOf({
  keyid,
  scope,
  exclude_files: exclude,
}: NonNullable<BundleSettings['bundles'][string]['signing']>): BundleSource['verify'] {
  return {
    ...(keyid === undefined ? {} : { keyId: keyid }),
    ...(scope === undefined ? {} : { scope }),
    ...(exclude === undefined ? {} : { exclude }),
  };
}

/** A repository of a registry with a tag, a digest or both. */
const REFERENCE = /^[^/\s@]+\/[a-z0-9][a-z0-9._/-]*(?::[\w][\w.-]{0,127})?(?:@sha(?:256|512):[a-f0-9]+)?$/u;
const NAMED = /:[\w.-]+$/u;

/** What a registry is told otherwise than other servers. */
function ociProblem(service: BundleSettings['services'][string] | undefined, resource: string): string | undefined {
  if (service?.type !== 'oci' || resource.startsWith('file:')) return undefined;
  if (!REFERENCE.test(resource) || !NAMED.test(resource)) return 'Expected host/repository:tag, as of a registry.';
  const { scheme = 'Bearer', token } = service.credentials?.bearer ?? {};
  if (scheme !== 'Bearer' && scheme !== 'Basic') return `Expected the scheme Bearer or Basic of a registry, got ${scheme}.`;
  if (scheme === 'Basic' && token?.reveal().includes(':') === false) return 'Expected name:password as the token of the scheme Basic.';
  return undefined;
}

/** What the settings of bundles say of each other and is not so. */
export function bundleProblems(
  { services, bundles, keys }: BundleSettings,
  where: (path: readonly string[]) => string,
): readonly ConfigProblem[] {
  const problem = (path: readonly string[], message: string): ConfigProblem => ({ setting: path.join('.'), message, where: where(path) });
  return Object.entries(bundles).flatMap(([name, { service, resource = '', signing }]) => {
    const found: ConfigProblem[] = [];
    if (!resource.startsWith('file:') && service === undefined)
      found.push(problem(['bundles', name], 'Expected a `service`, or a `resource` that begins with file:///.'));
    if (resource.startsWith('file:') && !resource.startsWith('file:///'))
      found.push(problem(['bundles', name, 'resource'], 'Expected file:/// and an absolute path.'));
    const oci = ociProblem(services[service ?? ''], resource);
    if (oci !== undefined) found.push(problem(['bundles', name, 'resource'], oci));
    if (service !== undefined && services[service] === undefined)
      found.push(problem(['bundles', name, 'service'], `There is no services.${service}.`));
    if (signing !== undefined && Object.keys(keys).length === 0)
      found.push(problem(['bundles', name, 'signing'], 'Expected a key below `keys` to verify it with.'));
    if (signing?.keyid !== undefined && keys[signing.keyid] === undefined)
      found.push(problem(['bundles', name, 'signing', 'keyid'], `There is no keys.${signing.keyid}.`));
    return found;
  });
}
