import { nearest } from '../config/problem.js';
import type { Diagnostic } from './diagnostic.js';
import { checkDataConflicts } from './merge-data.js';
import type { MergedData } from './merge-data.js';
import type { SourceFile } from './source-set.js';
import type { CompiledPolicy, DataReference, RulePlace } from './revision.js';

/** What of the modules is held against the data. */
export type Claims = Pick<CompiledPolicy, 'rules' | 'references'>;

/** What of both does not go together. */
export interface ClaimFindings {
  readonly conflicts: readonly Diagnostic[];
  /** What the modules read and nothing defines: warnings. */
  readonly missing: readonly Diagnostic[];
}

export function checkClaims(
  { document }: Pick<MergedData, 'document'>,
  { rules, references }: Claims,
  files: readonly SourceFile[] = [],
): ClaimFindings {
  return { conflicts: checkDataConflicts({ document }, rules, files), missing: checkReferences(references, document, rules) };
}

/** Warnings that one check makes. */
const MAX_WARNINGS = 100;

/** A warning for each path that modules read and that neither a module nor the data defines: it is undefined in every decision. */
function checkReferences(
  references: readonly DataReference[],
  document: Readonly<Record<string, unknown>>,
  rules: readonly RulePlace[],
): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { path, file, row, col } of references) {
    const missing = missingAt(document, path, rules);
    if (missing === undefined) continue;
    const { index, siblings } = missing;
    const name = path[index] ?? '';
    const above = path.slice(0, index);
    const near = nearest(name, [...siblings, ...namesBelow(rules, above)]);
    found.push({
      severity: 'warning',
      code: 'data_undefined',
      message: `${dotted(path.slice(0, index + 1))} is undefined: no module and no data file defines it`,
      ...{ file, row, col },
      ...(near === undefined ? {} : { hint: `did you mean ${dotted([...above, near])}?` }),
    });
    if (found.length === MAX_WARNINGS) break;
  }
  return found;
}

/**
 * Where the path leaves the document, or undefined when it does not, as far as it can be told: lists and scalars are not looked into. A package
 * is part of the document, whether data lies beside it or not.
 */
function missingAt(
  document: Readonly<Record<string, unknown>>,
  path: readonly string[],
  rules: readonly RulePlace[],
): { readonly index: number; readonly siblings: readonly string[] } | undefined {
  let value: unknown = document;
  for (const [index, key] of path.entries()) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (Object.hasOwn(value, key)) value = (value as Readonly<Record<string, unknown>>)[key];
    else if (index < path.length - 1 && namesBelow(rules, path.slice(0, index + 1)).length > 0) value = {};
    else return { index, siblings: Object.keys(value).slice(0, MAX_SIBLINGS) };
  }
  return undefined;
}

/** Names that a typing error is held against. */
const MAX_SIBLINGS = 10_000;

function namesBelow(rules: readonly RulePlace[], above: readonly string[]): string[] {
  const own = rules.filter(({ path }) => path.length > above.length && above.every((part, index) => path[index] === part));
  return [...new Set(own.map(({ path }) => path[above.length] ?? ''))];
}

/** As Rego writes it. */
function dotted(path: readonly string[]): string {
  return path.reduce((text, part) => (PLAIN.test(part) ? `${text}.${part}` : `${text}[${JSON.stringify(part)}]`), 'data');
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/u;
