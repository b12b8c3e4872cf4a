import { platformPackage } from '../compiler/platform-package.js';
import type { Platform } from './platforms.js';

/** What is read of the manifest of the checkout. */
export interface SourceManifest {
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** What the bundle leaves where it is: native, so that no bundle can hold it. */
const LOADED = ['libsql'] as const;

/** What the published types name. Whoever writes TypeScript against them installs it; nobody else needs it. */
const NAMED_BY_TYPES = ['prom-client', 'zod'] as const;

/** Of no use to who installs the package, or made anew here. */
const LEFT_OUT: ReadonlySet<string> = new Set(['scripts', 'devDependencies', 'dependencies']);

/**
 * The manifest of the main package. All that the bundle holds is no dependency any more; the compilers are optional ones, of which npm takes the
 * one that fits. They stand here alone: in the checkout, where no registry may serve this version, `npm ci` would ask for them.
 */
export function mainManifest(source: SourceManifest, platforms: readonly Platform[]): Record<string, unknown> {
  const { version, dependencies } = source;
  const kept = Object.fromEntries(Object.entries(source).filter(([field]) => !LEFT_OUT.has(field)));
  return {
    ...kept,
    dependencies: only(dependencies, LOADED),
    optionalDependencies: Object.fromEntries(platforms.map(({ os, cpu }) => [platformPackage(os, cpu), version])),
    peerDependencies: only(dependencies, NAMED_BY_TYPES),
    peerDependenciesMeta: Object.fromEntries(NAMED_BY_TYPES.map((name) => [name, { optional: true }])),
  };
}

/** The manifest of the package with the compiler for one platform. */
export function platformManifest({ version, license }: SourceManifest, { os, cpu }: Platform): Record<string, unknown> {
  return {
    name: platformPackage(os, cpu),
    version,
    description: `The Rego compiler of defenseclaw-gateway for ${os}-${cpu}`,
    license,
    os: [os],
    cpu: [cpu],
    files: ['bin'],
    // Nothing here is imported, and package managers that keep packages zipped have to unpack a program.
    preferUnplugged: true,
  };
}

function only(dependencies: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, dependencies[name]]));
}
