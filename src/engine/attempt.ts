import type { Evaluator, PreparedRevision } from '../evaluator/evaluator.js';
import { GatewayError } from '../errors.js';
import { checkDataConflicts, mergeData } from '../policy/merge-data.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { CompiledPolicy, Revision } from '../policy/revision.js';
import type { SourceSet } from '../policy/source-set.js';
import type { Candidate, Gate, PolicyCompile, SourceRead } from './candidate.js';
import type { StageTimings } from './engine.js';
import type { ReloadOptions, ReloadRequest } from './reload-request.js';

export interface AttemptDeps {
  readonly read: SourceRead;
  readonly compile: PolicyCompile;
  readonly evaluator: Pick<Evaluator, 'prepare'>;
  readonly gates: readonly Gate[];
}

/** Notes of one attempt, filled as it goes, so that a failure can still say how far it came. */
export interface AttemptNotes {
  source?: SourceSet;
  stages: { -readonly [S in keyof StageTimings]: StageTimings[S] };
}

/** A candidate that every worker has ready, or the news that the folder holds what serves already. */
export type AttemptResult =
  { readonly status: 'unchanged' } | { readonly status: 'prepared'; readonly revision: Revision; readonly prepared: PreparedRevision };

/**
 * Everything of a reload before the swap: read, compile, merge data, gates, prepare. Touches nothing that serves.
 * Throws GatewayError; `notes` tells what was reached.
 */
export async function attempt(
  deps: AttemptDeps,
  current: Revision | undefined,
  { trigger, options }: ReloadRequest,
  notes: AttemptNotes,
): Promise<AttemptResult> {
  const source = await timed(notes, 'read', () => deps.read(current?.source));
  notes.source = source;
  if (source.unsettled) throw new GatewayError('policy_unsettled', `${source.root} kept changing while it was read`);
  if (source.id === current?.id) return { status: 'unchanged' };
  const policy = await compileIfNeeded(deps, current, source, notes);
  const candidate = await timed(notes, 'data', () => withData(source, policy));
  const warnings = [...policy.warnings, ...(await passGates(deps.gates, candidate, options))];
  const revision: Revision = { id: source.id, source, policy, data: candidate.data, warnings, trigger, loadedAt: new Date() };
  const prepared = await timed(notes, 'prepare', () => deps.evaluator.prepare(revision));
  return { status: 'prepared', revision, prepared };
}

/** Equal modules give an equal policy: an edit of data alone compiles nothing. */
async function compileIfNeeded(
  deps: AttemptDeps,
  current: Revision | undefined,
  source: SourceSet,
  notes: AttemptNotes,
): Promise<CompiledPolicy> {
  if (current?.policy.modulesId === source.modulesId) return current.policy;
  return timed(notes, 'compile', () => deps.compile(source));
}

function withData(source: SourceSet, policy: CompiledPolicy): Candidate {
  const merged = mergeData(source);
  throwErrors('policy_data_conflict', checkDataConflicts(merged, policy.rules));
  return { source, policy, ...merged };
}

async function passGates(gates: readonly Gate[], candidate: Candidate, options: ReloadOptions): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const gate of gates) found.push(...(await gate(candidate, options)));
  throwErrors('policy_data_schema', found);
  return found;
}

function throwErrors(code: 'policy_data_conflict' | 'policy_data_schema', diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new GatewayError(code, `${first.message}${more}`, { details: { diagnostics } });
}

async function timed<T>(notes: AttemptNotes, stage: keyof StageTimings, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    notes.stages[stage] = Math.round((performance.now() - start) * 1000) / 1000;
  }
}
