import { GatewayError } from '../errors.js';
import { versionsFrom } from './manifest.js';
import type { RegoVersion, VersionOf } from './manifest.js';
import type { Scan } from './scan.js';
import { hashFiles } from './source-hash.js';
import { packOf, yamlStem } from './source-kind.js';
import type { SourceKind } from './source-kind.js';
import type { SourceFile, SourceSet } from './source-set.js';
import { checkUtf8 } from './utf8.js';

/** What was taken from the folder, and how it is to be read. */
export interface Taken {
  readonly scan: Scan;
  readonly bytes: ReadonlyMap<string, Uint8Array>;
  readonly unsettled: boolean;
  /** Of modules that no manifest speaks for. */
  readonly regoVersion: RegoVersion;
  /** Tests need no module that serves beside them. */
  readonly testsAlone: boolean;
}

/** A source set out of one settled scan and its bytes. Throws `policy_not_utf8`, `policy_no_modules`, `policy_manifest_invalid`. */
export async function assemble({ scan, bytes, unsettled, regoVersion, testsAlone }: Taken): Promise<SourceSet> {
  const byKind: Record<SourceKind, SourceFile[]> = {
    ...{ module: [], test: [], data: [], overlay: [], schema: [], suite: [], judge: [], pack: [], manifest: [] },
  };
  for (const file of scan.files) {
    const content = bytes.get(file.path);
    if (content === undefined) continue;
    const source = Object.freeze({ path: file.path, bytes: content });
    checkUtf8(source);
    byKind[file.kind].push(source);
  }
  const versionOf = versionsFrom(byKind.manifest, regoVersion);
  const module = byKind.module.map((file) => versioned(file, versionOf));
  const test = byKind.test.map((file) => versioned(file, versionOf));
  return sourceSetOf(scan.root, { ...byKind, module, test }, { unsettled, testsAlone });
}

/** A source set of files whose Rego version is known. Throws `policy_no_modules`. */
export async function sourceSetOf(
  root: string,
  files: Readonly<Record<SourceKind, SourceFile[]>>,
  { unsettled = false, testsAlone = false }: Partial<Pick<Taken, 'unsettled' | 'testsAlone'>> = {},
): Promise<SourceSet> {
  const { module: modules, test: tests, data, overlay: overlays, schema: schemas, suite: suites, pack } = files;
  const judge = ownFirst(files.judge);
  if (modules.length === 0 && !(testsAlone && tests.length > 0)) {
    throw new GatewayError('policy_no_modules', `no .rego module in ${root}`, { details: { policyDir: root } });
  }
  return Object.freeze({
    root,
    id: await hashFiles([...modules, ...data, ...overlays, ...judge, ...pack]),
    checksId: await hashFiles([...tests, ...schemas, ...suites]),
    modulesId: await hashFiles(modules),
    // The whole data, not its guardrail part alone: cheaper to know than to cut out, and never too narrow.
    judgeId: await hashFiles([...judge, ...pack, ...data, ...overlays]),
    modules: Object.freeze(modules),
    tests: Object.freeze(tests),
    data: Object.freeze(data),
    overlays: Object.freeze(overlays),
    schemas: Object.freeze(schemas),
    suites: Object.freeze(suites),
    judge: Object.freeze(judge),
    pack: Object.freeze(pack),
    unsettled,
  });
}

/** A judge file of the folder itself stands in for the one of the rule pack that has its name. */
function ownFirst(files: readonly SourceFile[]): SourceFile[] {
  const own = new Set(files.filter(({ path }) => packOf(path) === undefined).map(({ path }) => yamlStem(path)));
  return files.filter(({ path }) => packOf(path) === undefined || !own.has(yamlStem(path)));
}

function versioned(file: SourceFile, versionOf: VersionOf): SourceFile {
  return versionOf(file.path) === 'v0' ? Object.freeze({ ...file, regoVersion: 'v0' }) : file;
}

/** Every file of a set. */
export function filesOf(set: SourceSet): SourceFile[] {
  return [...set.modules, ...set.tests, ...set.data, ...set.overlays, ...set.schemas, ...set.suites, ...set.judge, ...set.pack];
}
