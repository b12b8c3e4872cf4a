import { MANIFEST_NAME } from './manifest.js';

/** What a file of the policy folder is read as. */
export type SourceKind = 'module' | 'test' | 'data' | 'overlay' | 'schema' | 'suite' | 'judge' | 'pack' | 'manifest';

const DATA_NAMES: ReadonlySet<string> = new Set(['data.json', 'data.yaml', 'data.yml']);

/** A JSON Schema that the data at the path of its folder has to meet. */
const SCHEMA_NAME = 'data.schema.json';

/** Dot-names are never sources, but for a bundle's manifest: `.git`, swap files, the inner folders of a ConfigMap mount. */
export function isHidden(name: string): boolean {
  return name.startsWith('.');
}

/**
 * The kind of a file by its path below the root, or undefined for a file that is none of ours. This is an allow-list, so
 * what editors leave behind (`x.rego~`, `#x.rego#`, `x.rego.bak`, `4913`, `sedAbC123`) needs no rule of its own.
 */
export function kindOf(path: string): SourceKind | undefined {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  if (name === MANIFEST_NAME) return 'manifest';
  if (isHidden(name)) return undefined;
  if (name.endsWith('_test.rego')) return 'test';
  if (name.endsWith('.rego')) return 'module';
  if (DATA_NAMES.has(name)) return 'data';
  if (name === SCHEMA_NAME) return 'schema';
  if (slash < 0 && name.startsWith('data-') && name.endsWith('.json')) return 'overlay';
  if (path.slice(0, slash) === 'judge') return judgeKindOf(name);
  if (path.slice(0, slash) === SUITES) return suiteKindOf(name);
  return path.startsWith(`${PACKS}/`) ? packKindOf(pathInPack(path)) : undefined;
}

/** The folder of the rule packs, each a folder in it. */
export const PACKS = 'guardrail';

const PACK_FILES = /^(?:rules\/[^/]+|suppressions|sensitive-tools)\.ya?ml$/u;

/** The kind of a file by its path in the folder of a rule pack. */
export function packKindOf(path: string): SourceKind | undefined {
  if (path.startsWith('judge/')) return judgeKindOf(path.slice('judge/'.length));
  return PACK_FILES.test(path) && !isHidden(path.slice(path.lastIndexOf('/') + 1)) ? 'pack' : undefined;
}

/** The path of a file of a rule pack in the folder of its pack. */
export function pathInPack(path: string): string {
  return path.split('/').slice(2).join('/');
}

/** The rule pack that a file lies in, by its path below the root; undefined for any other file. */
export function packOf(path: string): string | undefined {
  const [folder, pack, inner] = path.split('/', 3);
  return folder === PACKS && inner !== undefined ? pack : undefined;
}

/** The kind of a direct entry of the judge folder. */
export function judgeKindOf(name: string): SourceKind | undefined {
  const yaml = name.endsWith('.yaml') || name.endsWith('.yml');
  return yaml && !isHidden(name) && !DATA_NAMES.has(name) && !name.includes('/') ? 'judge' : undefined;
}

/** The folder of the suites: what is sent to the inspector, and what it is. */
export const SUITES = 'suites';

/** The kind of a direct entry of the folder of the suites. */
export function suiteKindOf(name: string): SourceKind | undefined {
  return name.endsWith('.jsonl') && !isHidden(name) && !name.includes('/') ? 'suite' : undefined;
}

/** What a YAML file is called by: its name without folders and ending. */
export function yamlStem(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.ya?ml$/u, '');
}
