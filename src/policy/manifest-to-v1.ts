import { readDataFile } from './data-file.js';
import { splitObject, valueOf } from './json-slices.js';
import { versionsFrom } from './manifest.js';
import type { SourceFile } from './source-set.js';

const VERSION = 'rego_version';
const PATTERNS = 'file_rego_versions';

/**
 * The text of a manifest once the modules that it speaks for are v1: undefined when it says v0 of none. `unconverted` are modules that stay
 * as they are, by the path that the manifest knows them by (`/lib/a.rego`): what it says of those stays true. Everything else in it stays as it was
 * written. Throws `policy_manifest_invalid`.
 */
export function manifestAsV1(file: SourceFile, unconverted: readonly string[] = []): string | undefined {
  // Alone and at the root, a manifest knows modules by their path here.
  const versionOf = versionsFrom([{ path: '.manifest', bytes: file.bytes }], 'v1');
  const json = readDataFile({ path: `${file.path}.json`, bytes: file.bytes });
  const members = splitObject(json);
  const patterns = Object.values((valueOf(members.get(PATTERNS) ?? EMPTY) ?? {}) as Readonly<Record<string, number>>);
  if (valueOf(members.get(VERSION) ?? ONE) !== 0 && !patterns.includes(0)) return undefined;
  const old = unconverted.filter((path) => versionOf(path.slice(1)) === 'v0').map((path) => [path.replace(SPECIAL, '\\$&'), 0] as const);
  const lines = Buffer.from(json).toString('utf8').trim().includes('\n');
  // A pattern for v1 says what the version of the whole says, and one for v0 what is no longer true.
  members.delete(PATTERNS);
  members.set(VERSION, ONE);
  if (old.length > 0) members.set(PATTERNS, Buffer.from(JSON.stringify(Object.fromEntries(old))));
  const texts = [...members].map(([name, value]) => `${JSON.stringify(name)}:${lines ? ' ' : ''}${Buffer.from(value).toString('utf8')}`);
  return lines ? `{\n  ${texts.join(',\n  ')}\n}\n` : `{${texts.join(',')}}\n`;
}

const EMPTY = Buffer.from('{}');
const ONE = Buffer.from('1');

/** What a pattern does not take as itself. */
const SPECIAL = /[*?[\]{}!\\]/gu;
