import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { FormattedModule } from '../compiler/format-protocol.js';
import { listFiles } from '../policy/list-files.js';
import { MANIFEST_NAME, OUTER_MANIFEST, versionsFrom } from '../policy/manifest.js';
import { manifestAsV1 } from '../policy/manifest-to-v1.js';
import type { SourceFile, SourceSet } from '../policy/source-set.js';

/** The manifests of a folder whose modules become v1. */
export interface ConvertedManifests {
  /** Those that change, by their path below the root. */
  readonly files: readonly FormattedModule[];
  /** How many of these modules, read as v0 until now, would be read so still: because the configuration says it. */
  readonly stillOld: (modules: readonly string[]) => number;
}

/** Throws `policy_manifest_invalid`. */
export async function convertManifests({ root, modules, tests }: SourceSet, policyDir: string): Promise<ConvertedManifests> {
  const folders = new Set([...modules, ...tests].flatMap((file) => foldersAbove(file.path)));
  const inner = await Promise.all([...folders].map((folder) => manifestIn(root, `${folder}${MANIFEST_NAME}`)));
  const above = path.resolve(policyDir) === root ? undefined : await manifestIn(root, OUTER_MANIFEST);
  const files: FormattedModule[] = [];
  const after: SourceFile[] = [];
  for (const manifest of [...inner, above]) {
    if (manifest === undefined) continue;
    const before = Buffer.from(manifest.bytes).toString('utf8');
    const text = manifestAsV1(manifest, manifest === above ? await modulesBeside(policyDir) : []);
    after.push(text === undefined ? manifest : { ...manifest, bytes: Buffer.from(text) });
    if (text === undefined) continue;
    const diff = createTwoFilesPatch(manifest.path, manifest.path, before, text, undefined, undefined, {
      headerOptions: FILE_HEADERS_ONLY,
    });
    files.push({ path: manifest.path, changed: true, text, diff, diagnostics: [] });
  }
  const versionOf = versionsFrom(after, 'v0');
  return { files, stillOld: (paths) => paths.filter((module) => versionOf(module) === 'v0').length };
}

/** `''`, `lib/`, `lib/deep/` for `lib/deep/a.rego`. */
function foldersAbove(file: string): string[] {
  const parts = file.split('/');
  return parts.map((_, index) =>
    parts
      .slice(0, index)
      .map((part) => `${part}/`)
      .join(''),
  );
}

async function manifestIn(root: string, name: string): Promise<SourceFile | undefined> {
  try {
    return { path: name, bytes: await readFile(path.join(root, name)) };
  } catch {
    // None there, or a folder of that name: the reading of the policies, which was before this, took what there is.
    return undefined;
  }
}

/** As a manifest above `rego/` knows the modules that are not read, and so not converted. */
async function modulesBeside(policyDir: string): Promise<string[]> {
  const { files } = await listFiles(policyDir);
  return files.filter((file) => file.endsWith('.rego') && !file.startsWith('rego/')).map((file) => `/${file}`);
}
