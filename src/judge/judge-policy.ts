import { GatewayError } from '../errors.js';
import { placed } from '../policy/diagnostic.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { SourceFile } from '../policy/source-set.js';
import { checkJudgeFile, kindOfFile } from './check-judge-file.js';
import { shippedJudgeFiles } from './defaults.js';
import type { JudgeFile } from './judge-file.js';
import { JUDGE_KINDS, KINDS } from './kinds.js';
import type { JudgeDirection, JudgeKind } from './kinds.js';
import type { Severity } from './severity.js';

/** How one category of a kind counts. */
export interface CategoryPolicy {
  readonly name: string;
  readonly id: string;
  readonly enabled: boolean;
  readonly structural: boolean;
  readonly severity: Severity;
  readonly severityPrompt: Severity | undefined;
  readonly severityCompletion: Severity | undefined;
}

/** One kind of judgement as the policy folder has it. */
export interface KindPolicy {
  readonly kind: JudgeKind;
  readonly enabled: boolean;
  readonly systemPrompt: string;
  readonly minForHigh: number;
  readonly minForCritical: number;
  /** What fewer than {@link minForHigh} categories come to; HIGH when it is not set. */
  readonly singleMax: Severity | undefined;
  /** Content outside of these bounds is not sent to the model. */
  readonly minContentBytes: number;
  readonly maxContentBytes: number;
  readonly categories: readonly CategoryPolicy[];
}

export type JudgePolicy = Readonly<Record<JudgeKind, KindPolicy>>;

/** Trimmed content below this is not worth a call; DefenseClaw's own bound. */
const MIN_CONTENT_BYTES = 20;
/** About 32,000 tokens: what most models still read with care. */
const MAX_CONTENT_BYTES = 131_072;
const MIN_FOR_CRITICAL = 3;

/**
 * The judge's part of a policy folder: a kind without a file is as shipped, a file says what differs. Throws
 * `policy_judge_invalid`; `details.diagnostics` name every problem by file, row and column.
 */
export function parseJudgeFiles(files: readonly SourceFile[]): JudgePolicy {
  return readJudgeFiles(files).policy;
}

let shipped: ReadonlyMap<JudgeKind, JudgeFile> | undefined;

/** What judge files come to. */
export interface ReadJudgeFiles {
  readonly policy: JudgePolicy;
  readonly warnings: readonly Diagnostic[];
}

/** See {@link parseJudgeFiles}. */
export function readJudgeFiles(files: readonly SourceFile[]): ReadJudgeFiles {
  shipped ??= collect(shippedJudgeFiles()).files;
  const base = shipped;
  const { files: own, warnings } = collect(files);
  const policy = Object.fromEntries(JUDGE_KINDS.map((kind) => [kind, resolve(kind, own.get(kind) ?? {}, base.get(kind) ?? {})]));
  return { policy: Object.freeze(policy) as JudgePolicy, warnings };
}

/** Everything that is wrong with judge files, warnings included; errors are what {@link parseJudgeFiles} throws for. */
export function judgeDiagnostics(files: readonly SourceFile[]): readonly Diagnostic[] {
  return check(files).diagnostics;
}

function collect(files: readonly SourceFile[]): {
  readonly files: ReadonlyMap<JudgeKind, JudgeFile>;
  readonly warnings: readonly Diagnostic[];
} {
  const { found, diagnostics } = check(files);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return { files: found, warnings: diagnostics };
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new GatewayError('policy_judge_invalid', `${placed(first)}${more}`, { details: { diagnostics } });
}

function check(files: readonly SourceFile[]): {
  readonly found: ReadonlyMap<JudgeKind, JudgeFile>;
  readonly diagnostics: readonly Diagnostic[];
} {
  const found = new Map<JudgeKind, JudgeFile>();
  const seen = new Set<JudgeKind>();
  const diagnostics: Diagnostic[] = [];
  for (const source of files) {
    const kind = kindOfFile(source.path);
    const checked = checkJudgeFile(source, kind, kind !== undefined && seen.has(kind));
    diagnostics.push(...checked.diagnostics);
    if (kind === undefined) continue;
    seen.add(kind);
    if (checked.file !== undefined) found.set(kind, checked.file);
  }
  return { found, diagnostics };
}

/** A severity that a file gives for a category as such replaces the shipped ones for single directions, too. */
function resolve(kind: JudgeKind, own: JudgeFile, base: JudgeFile): KindPolicy {
  const { categories, structural } = KINDS[kind];
  return Object.freeze({
    kind,
    enabled: own.enabled ?? base.enabled ?? true,
    systemPrompt: own.system_prompt ?? base.system_prompt ?? '',
    minForHigh: own.min_categories_for_high ?? base.min_categories_for_high ?? 1,
    minForCritical: own.min_categories_for_critical ?? base.min_categories_for_critical ?? MIN_FOR_CRITICAL,
    singleMax: own.single_category_max_severity ?? base.single_category_max_severity,
    minContentBytes: own.min_content_bytes ?? base.min_content_bytes ?? MIN_CONTENT_BYTES,
    maxContentBytes: own.max_content_bytes ?? base.max_content_bytes ?? MAX_CONTENT_BYTES,
    categories: Object.freeze(
      categories.map((name): CategoryPolicy => {
        const mine = own.categories?.[name] ?? {};
        const theirs = base.categories?.[name] ?? {};
        const general = mine.severity ?? mine.severity_default;
        const inherited = general === undefined ? theirs : {};
        return Object.freeze({
          name,
          id: mine.finding_id ?? theirs.finding_id ?? 'JUDGE',
          enabled: mine.enabled ?? theirs.enabled ?? true,
          structural: structural.includes(name),
          severity: general ?? theirs.severity ?? theirs.severity_default ?? 'HIGH',
          severityPrompt: mine.severity_prompt ?? inherited.severity_prompt,
          severityCompletion: mine.severity_completion ?? inherited.severity_completion,
        });
      }),
    ),
  });
}

/** Severity of one category for content that goes this way. */
export function severityFor(category: CategoryPolicy, direction: JudgeDirection): Severity {
  if (direction === 'prompt') return category.severityPrompt ?? category.severity;
  if (direction === 'tool_call') return category.severity;
  return category.severityCompletion ?? category.severity;
}
