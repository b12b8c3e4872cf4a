import picomatch from 'picomatch';
import * as z from 'zod';
import { GatewayError } from '../errors.js';
import { readDataFile } from './data-file.js';
import type { SourceFile } from './source-set.js';

/** Rego syntax of a module, as OPA names it. */
export type RegoVersion = 'v0' | 'v1';

/** The file of a bundle that says, among other things, in which Rego its modules are written. */
export const MANIFEST_NAME = '.manifest';

/** The path of the one that lies beside `rego/`, when that folder is the root. */
export const OUTER_MANIFEST = `../${MANIFEST_NAME}`;

/** Patterns of one manifest. */
const MAX_PATTERNS = 10_000;
const MAX_PATTERN_CHARS = 1024;
/** Matching tries every length of every star: more of them would make a hostile pattern dear. */
const MAX_STARS = 4;

const version = z.union([z.literal(0), z.literal(1)], 'Expected 0 or 1');

/** What of a bundle's manifest counts here; the rest belongs to whoever made the bundle. */
const manifestSchema = z.object({
  rego_version: version.nullish(),
  file_rego_versions: z
    .record(z.string().max(MAX_PATTERN_CHARS), version)
    .refine((patterns) => Object.keys(patterns).length <= MAX_PATTERNS, `Expected at most ${MAX_PATTERNS} patterns`)
    .nullish(),
});

/** The version that a module is written in, by its path below the root. */
export type VersionOf = (path: string) => RegoVersion;

interface Rule {
  /** Folder of the manifest with a slash behind it; empty for the root. */
  readonly folder: string;
  readonly patterns: readonly (readonly [matches: (path: string) => boolean, version: RegoVersion])[];
  readonly version: RegoVersion | undefined;
}

/**
 * The rule of OPA's bundles: the first pattern of `file_rego_versions` that matches, in the order of patterns, else `rego_version`, else
 * what is configured. A folder of several bundles has several manifests: the nearest one above a module speaks for it. Throws
 * `policy_manifest_invalid`.
 */
export function versionsFrom(manifests: readonly SourceFile[], configured: RegoVersion): VersionOf {
  if (manifests.length === 0) return () => configured;
  const rules = manifests.map(readManifest).sort((a, b) => depthOf(b.folder) - depthOf(a.folder));
  return (path) => {
    const rule = rules.find(({ folder }) => folder === ABOVE || path.startsWith(folder));
    if (rule === undefined) return configured;
    const within = rule.folder === ABOVE ? `/rego/${path}` : `/${path.slice(rule.folder.length)}`;
    const found = rule.patterns.find(([matches]) => matches(within));
    return found?.[1] ?? rule.version ?? configured;
  };
}

/** The folder above `rego/`, where a bundle that is unpacked there has its manifest. */
const ABOVE = '../';

/** A manifest above everything speaks last. */
function depthOf(folder: string): number {
  return folder === ABOVE ? -1 : folder.length;
}

function readManifest(file: SourceFile): Rule {
  const parsed = manifestSchema.safeParse(valueOf(file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(file.path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no manifest'}`);
  }
  const { rego_version: own, file_rego_versions: files } = parsed.data;
  const patterns = Object.entries(files ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([pattern, value]) => [matcherOf(file.path, pattern), named(value)] as const);
  return {
    folder: file.path.slice(0, -MANIFEST_NAME.length),
    patterns,
    version: own === undefined || own === null ? undefined : named(own),
  };
}

function named(value: 0 | 1): RegoVersion {
  return value === 0 ? 'v0' : 'v1';
}

function valueOf(file: SourceFile): unknown {
  try {
    return JSON.parse(Buffer.from(readDataFile({ path: `${file.path}.json`, bytes: file.bytes })).toString('utf8'));
  } catch (cause) {
    throw invalid(file.path, cause instanceof Error ? cause.message.replace(`${file.path}.json:`, '') : 'is no JSON', cause);
  }
}

/** As in OPA a star also matches slashes. */
function matcherOf(file: string, pattern: string): (path: string) => boolean {
  if ((pattern.match(/\*+/gu)?.length ?? 0) > MAX_STARS) {
    throw invalid(file, `file_rego_versions: Expected at most ${MAX_STARS} stars in ${JSON.stringify(pattern)}`);
  }
  try {
    return picomatch(pattern, { bash: true, dot: true, nonegate: true, noextglob: true });
  } catch (cause) {
    throw invalid(file, `file_rego_versions: the pattern ${JSON.stringify(pattern)} cannot be read`, cause);
  }
}

function invalid(file: string, what: string, cause?: unknown): GatewayError {
  return new GatewayError('policy_manifest_invalid', `${file}: ${what}`, { cause, details: { file } });
}
