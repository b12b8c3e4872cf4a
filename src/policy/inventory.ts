import path from 'node:path';
import { listFiles } from './list-files.js';
import { judgeKindOf, kindOf, packOf, suiteKindOf, SUITES } from './source-kind.js';
import type { SourceFile, SourceSet } from './source-set.js';

/** A file that counts for nothing, and why. */
export interface IgnoredFile {
  /** Relative to the policy folder as it was named. */
  readonly path: string;
  readonly why: string;
}

/** What becomes of each file of a policy folder. Paths but those of {@link ignored} are relative to the root of the source set. */
export interface Inventory {
  readonly served: readonly string[];
  readonly tests: readonly string[];
  readonly data: readonly string[];
  readonly overlays: readonly string[];
  readonly schemas: readonly string[];
  readonly suites: readonly string[];
  readonly judge: readonly string[];
  /** Of the rule pack. */
  readonly pack: readonly string[];
  readonly ignored: readonly IgnoredFile[];
}

export async function takeInventory(policyDir: string, source: SourceSet): Promise<Inventory> {
  const base = path.resolve(policyDir);
  const inner = path.relative(base, source.root);
  const { modules, tests, data, overlays, schemas, suites, judge, pack } = source;
  const read = new Set(
    [...modules, ...tests, ...data, ...overlays, ...schemas].map((file) => (inner === '' ? file.path : `${inner}/${file.path}`)),
  );
  for (const { path: name } of [...suites, ...judge, ...pack]) read.add(name).add(`${inner}/${name}`);
  const { files } = await listFiles(base);
  const ignored = files.filter((file) => !read.has(file)).map((file) => ({ path: file, why: reasonFor(file, inner) }));
  const names = (of: readonly SourceFile[]): string[] => of.map((file) => file.path);
  return {
    ...{ served: names(modules), tests: names(tests), data: names(data), overlays: names(overlays) },
    ...{ schemas: names(schemas), suites: names(suites), judge: names(judge), pack: names(pack), ignored },
  };
}

/** Modules in `rego/`, and those beside it, which are not read because of them. */
export interface ModulesBeside {
  readonly read: number;
  readonly unread: number;
}

export function besideText({ read, unread }: ModulesBeside): string {
  return `the folder holds rego/, and only what lies in there is read (${read} of ${read + unread} modules): name the folder that is meant, or give rego/ another name`;
}

/** Undefined when every module is read. Tests count as modules. */
export async function modulesBeside(policyDir: string): Promise<ModulesBeside | undefined> {
  const { files } = await listFiles(policyDir);
  const modules = files.filter((file) => file.endsWith('.rego'));
  const read = modules.filter((file) => file.startsWith('rego/')).length;
  return read === 0 || read === modules.length ? undefined : { read, unread: modules.length - read };
}

/** `inner` is the folder that is read, when it is not the named one itself. */
function reasonFor(file: string, inner: string): string {
  const within = inner === '' ? file : file.startsWith(`${inner}/`) ? file.slice(inner.length + 1) : undefined;
  if (within === undefined)
    return packReason(file) ?? judgeReason(file) ?? suiteReason(file) ?? `lies beside ${inner}/, which alone is read`;
  const packed = packReason(within) ?? suiteReason(within);
  if (packed !== undefined) return packed;
  const kind = kindOf(within);
  if (kind !== undefined && kind !== 'judge' && kind !== 'suite') return 'is a link to a file that is read under another name';
  const name = path.posix.basename(within);
  const folder = path.posix.dirname(within);
  if (/\.(?:json|ya?ml)$/u.test(name)) return judgeReason(within) ?? dataReason(name, folder);
  return /\.rego\b/u.test(name) ? 'a module ends in .rego' : 'is no policy file';
}

/** Data has one name: what people call `roles.json` is meant to be `data.roles`. */
function dataReason(name: string, folder: string): string {
  if (name.startsWith('data-')) return 'data-*.json replaces data at the root of the folder only, and as JSON only';
  const key = name.replace(/\.[^.]*$/u, '');
  const at = [...(folder === '.' ? [] : folder.split('/')), key];
  return `data is called data.json, data.yaml or data.yml: as ${at.join('/')}/data${path.posix.extname(name)} it would be data.${at.join('.')}`;
}

function packReason(file: string): string | undefined {
  const pack = packOf(file);
  if (pack === undefined) return undefined;
  if (kindOf(file) === undefined) return 'is no file of a rule pack: rules/*.yaml, suppressions.yaml, sensitive-tools.yaml, judge/*.yaml';
  return `belongs to the rule pack ${pack}, which is not the one that is read (guardrail.rule_pack), or stands back for another file`;
}

function judgeReason(file: string): string | undefined {
  if (!file.startsWith('judge/')) return undefined;
  return judgeKindOf(file.slice('judge/'.length)) === undefined ? 'the judge reads judge/*.yaml' : undefined;
}

function suiteReason(file: string): string | undefined {
  if (!file.startsWith(`${SUITES}/`)) return undefined;
  return suiteKindOf(file.slice(SUITES.length + 1)) === undefined ? 'a suite is suites/*.jsonl' : 'stands back for suites/ beside rego/';
}
