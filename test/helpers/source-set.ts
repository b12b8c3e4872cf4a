import { kindOf } from '../../src/policy/source-kind.js';
import type { SourceKind } from '../../src/policy/source-kind.js';
import type { SourceFile, SourceSet } from '../../src/policy/source-set.js';

/** A source set of files given by path, as a folder with them would be read. */
export function sourceSet(files: Readonly<Record<string, string>>): SourceSet {
  const found: Record<SourceKind, SourceFile[]> = {
    module: [],
    test: [],
    data: [],
    overlay: [],
    schema: [],
    suite: [],
    judge: [],
    pack: [],
    manifest: [],
  };
  for (const [path, text] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kind = kindOf(path);
    if (kind !== undefined) found[kind].push({ path, bytes: Buffer.from(text) });
  }
  const { module: modules, test: tests, data, overlay: overlays, schema: schemas, suite: suites, judge, pack } = found;
  const id = JSON.stringify(files);
  return {
    root: '/policies',
    id,
    checksId: id,
    modulesId: id,
    judgeId: id,
    modules,
    tests,
    data,
    overlays,
    schemas,
    suites,
    judge,
    pack,
    unsettled: false,
  };
}
