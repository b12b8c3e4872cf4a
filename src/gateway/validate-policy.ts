import { checkDomainData } from '../domains/data-schema.js';
import { asGatewayError } from '../errors.js';
import { uniqueDiagnostics } from '../policy/diagnostic.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { judgeDiagnostics } from '../judge/judge-policy.js';
import { diagnosticsOf } from '../policy/error-diagnostics.js';
import { checkDataConflicts, mergeData } from '../policy/merge-data.js';
import type { SourceSet } from '../policy/source-set.js';
import { packageNames } from '../compiler/compiled-policy.js';
import { moduleTexts } from '../compiler/module-texts.js';
import type { PolicyEngine } from './policy-engine.js';
import { readSources } from './read-sources.js';

/** What `policy validate` found. */
export interface Validation {
  readonly valid: boolean;
  readonly root: string;
  /** Served modules, without tests. */
  readonly modules: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** A strict compile of modules and tests, then the data checks that a reload makes; every finding, not only the first. */
export async function validatePolicy(parts: PolicyEngine): Promise<Validation> {
  const source = await readSources(parts);
  const { compiler, evaluator } = parts;
  const hosted = evaluator.hostedBuiltins;
  const [checked, built] = await Promise.all([
    compiler.check({ modules: moduleTexts([...source.modules, ...source.tests]), hosted, strict: true }),
    compiler.build({ modules: moduleTexts(source.modules), hosted, overrides: evaluator.overrides, printStatements: true }),
  ]);
  const data = checkData(source, packageNames(built), built.rules);
  const diagnostics = [...uniqueDiagnostics([...checked.diagnostics, ...built.diagnostics]), ...data, ...judgeDiagnostics(source.judge)];
  return {
    valid: diagnostics.every(({ severity }) => severity !== 'error'),
    root: source.root,
    modules: source.modules.length,
    diagnostics,
  };
}

function checkData(source: SourceSet, packages: readonly string[], rules: Parameters<typeof checkDataConflicts>[1]): readonly Diagnostic[] {
  try {
    const merged = mergeData(source);
    return [...checkDataConflicts(merged, rules), ...checkDomainData(merged.document, packages)];
  } catch (thrown) {
    return findingsOf(thrown);
  }
}

function findingsOf(thrown: unknown): readonly Diagnostic[] {
  const error = asGatewayError(thrown);
  const found = diagnosticsOf(error);
  return found.length > 0 ? found : [{ severity: 'error', code: error.code, message: error.message }];
}
