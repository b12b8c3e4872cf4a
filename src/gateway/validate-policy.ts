import { checkDomainData } from '../domains/data-schema.js';
import { DOMAIN_INPUTS } from '../domains/input-names.js';
import { asGatewayError } from '../errors.js';
import { uniqueDiagnostics } from '../policy/diagnostic.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { SourceFile } from '../policy/source-set.js';
import { checkSchemas } from '../gates/check-schemas.js';
import { judgeDiagnostics } from '../judge/judge-policy.js';
import { diagnosticsOf } from '../policy/error-diagnostics.js';
import { besideText, modulesBeside, takeInventory } from '../policy/inventory.js';
import type { Inventory, ModulesBeside } from '../policy/inventory.js';
import { mergeApart } from '../policy/merge-apart.js';
import type { Claims } from '../policy/references.js';
import { withLine } from '../policy/source-line.js';
import type { SourceSet } from '../policy/source-set.js';
import { packageNames } from '../compiler/compiled-policy.js';
import { moduleTexts } from '../compiler/module-texts.js';
import { readSuites } from '../suites/read-suites.js';
import type { PolicyEngine } from './policy-engine.js';
import { readSources } from './read-sources.js';

/** What `policy validate` found. */
export interface Validation {
  readonly valid: boolean;
  /** The folder that was read: the named one, or `rego/` in it. */
  readonly root: string;
  /** Served modules, without tests. */
  readonly modules: number;
  readonly files: Inventory;
  readonly diagnostics: readonly Diagnostic[];
  /** Errors of the compiler beyond those; absent for none. */
  readonly omitted?: number;
}

export interface ValidateOptions {
  /** Findings of the compiler that are told. */
  readonly maxDiagnostics: number;
  /** Warnings count as errors. */
  readonly strict?: boolean;
  /** Bound of the check of schemas in ms. */
  readonly schemaTimeoutMs: number;
}

/** A compile of modules and tests, then the data checks that a reload makes; every finding, not only the first. */
export async function validatePolicy(
  parts: PolicyEngine,
  { strict = false, schemaTimeoutMs, maxDiagnostics }: ValidateOptions,
): Promise<Validation> {
  const source = await readSources(parts);
  const { compiler, evaluator } = parts;
  const hosted = evaluator.hostedBuiltins;
  const [checked, built] = await Promise.all([
    compiler.check({
      modules: moduleTexts([...source.modules, ...source.tests]),
      hosted,
      inputs: DOMAIN_INPUTS,
      strict: true,
      maxDiagnostics,
    }),
    compiler.build({ modules: moduleTexts(source.modules), hosted, overrides: evaluator.overrides, printStatements: true, maxDiagnostics }),
  ]);
  const { rules, packages } = { rules: built.rules, packages: packageNames(built) };
  const policyDir = parts.policyDir ?? source.root;
  const compiled = uniqueDiagnostics([...checked.diagnostics, ...built.diagnostics]);
  // Most of what one of the two finds the other finds too.
  const errors = Math.max(...[checked, built].map(({ diagnostics, omitted = 0 }) => diagnostics.length + omitted), compiled.length);
  const omitted = errors - compiled.length;
  const found = [
    ...unreadModules(await modulesBeside(policyDir)),
    ...compiled,
    ...checked.warnings,
    ...(await checkData(source, packages, { rules, references: checked.references })),
    ...(await checkSchemas(source, schemaTimeoutMs)),
    ...readSuites(source.suites).diagnostics,
    ...judgeDiagnostics(source.judge),
    ...(await packDiagnostics(source.pack)),
  ];
  const shown = found.map((one) => withLine(one, source));
  const diagnostics = strict ? shown.map((one): Diagnostic => ({ ...one, severity: 'error' })) : shown;
  return {
    valid: diagnostics.every(({ severity }) => severity !== 'error'),
    root: source.root,
    modules: source.modules.length,
    files: await takeInventory(policyDir, source),
    diagnostics,
    ...(omitted === 0 ? {} : { omitted }),
  };
}

/** What reads rule packs is loaded where there is one. */
async function packDiagnostics(files: readonly SourceFile[]): Promise<readonly Diagnostic[]> {
  return files.length === 0 ? [] : (await import('../judge/pack/read-pack.js')).checkPack(files).diagnostics;
}

function unreadModules(beside: ModulesBeside | undefined): Diagnostic[] {
  return beside === undefined ? [] : [{ severity: 'warning', code: 'policy_modules_unread', message: besideText(beside) }];
}

async function checkData(source: SourceSet, packages: readonly string[], claims: Claims): Promise<readonly Diagnostic[]> {
  try {
    const { document, conflicts, missing } = await mergeApart(source, claims);
    return [...conflicts, ...missing, ...checkDomainData(document, packages, source)];
  } catch (thrown) {
    return findingsOf(thrown);
  }
}

function findingsOf(thrown: unknown): readonly Diagnostic[] {
  const error = asGatewayError(thrown);
  const found = diagnosticsOf(error);
  return found.length > 0 ? found : [{ severity: 'error', code: error.code, message: error.message }];
}
