import type { Evaluator } from '../evaluator/evaluator.js';
import { asGatewayError, GatewayError } from '../errors.js';
import { documentApart, mergeApart } from '../policy/merge-apart.js';
import { placed } from '../policy/diagnostic.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { CompiledPolicy, Revision } from '../policy/revision.js';
import { withLine } from '../policy/source-line.js';
import type { SourceSet } from '../policy/source-set.js';
import type { Candidate, DataMerge, Gate, Made, PolicyCompile, SourceRead } from './candidate.js';
import type { StageTimings } from './engine.js';
import { Generation } from './generation.js';
import type { KeptRevision, RevisionKeeper } from './keeper.js';
import type { ReloadOptions, ReloadRequest } from './reload-request.js';
import type { Shelf } from './shelf.js';
import type { SourceGates } from './source-gates.js';

export interface AttemptDeps {
  readonly read: SourceRead;
  readonly compile: PolicyCompile;
  /** Default: {@link mergeApart}. */
  readonly merge?: DataMerge;
  readonly evaluator: Pick<Evaluator, 'prepare'>;
  readonly gates: readonly Gate[];
  readonly keeper: RevisionKeeper;
  /** Asked last: the dearest. */
  readonly sourceGates?: SourceGates;
}

/** Notes of one attempt, filled as it goes, so that a failure can still say how far it came. */
export interface AttemptNotes {
  source?: SourceSet;
  stages: { -readonly [S in keyof StageTimings]: StageTimings[S] };
  /** To be called once the revision serves; settles when it is on the disk: before that, nothing is said of it. Never rejects. */
  keep?: () => Promise<void>;
}

/** A candidate that every worker has ready, or the news that what was asked for serves already. */
export type AttemptResult = { readonly status: 'unchanged' } | { readonly status: 'prepared'; readonly generation: Generation };

/**
 * Everything of a reload before the swap. From the folder: read, compile, merge data, gates, prepare. From the history: load, gates if asked
 * for, prepare. Touches nothing that serves. Throws GatewayError; `notes` tells what was reached.
 */
export async function attempt(
  deps: AttemptDeps,
  shelf: Shelf,
  current: Revision | undefined,
  request: ReloadRequest,
  notes: AttemptNotes,
): Promise<AttemptResult> {
  const { from } = request.options;
  if (from !== undefined) return fromHistory(deps, shelf, current, { ...request, from }, notes);
  const source = await readFolder(deps, current, notes);
  if (source.id === current?.id) {
    if (deps.sourceGates?.areBehind(source, current.source) === true) await passSourceGates(deps, source, current, request.options, notes);
    return { status: 'unchanged' };
  }
  return withShelved(shelf, source.id, async (shelved) => {
    const candidate = await buildCandidate(deps, source, [current, shelved?.revision], notes);
    const { policy } = candidate;
    const warnings = [...policy.warnings, ...candidate.missing, ...(await passGates(deps.gates, candidate, request.options))];
    await passSourceGates(deps, source, candidate, request.options, notes);
    return prepare(deps, { id: source.id, source, policy, data: candidate.data, warnings }, shelved, request, notes);
  });
}

/** Throws `policy_*` of the reading, `policy_unsettled`. */
export async function readFolder(deps: Pick<AttemptDeps, 'read'>, current: Revision | undefined, notes: AttemptNotes): Promise<SourceSet> {
  const source = await timed(notes, 'read', () => deps.read(current?.source));
  notes.source = source;
  if (source.unsettled) throw new GatewayError('policy_unsettled', `${source.root} kept changing while it was read`);
  return source;
}

/** A candidate with the warnings about its data. */
export type BuiltCandidate = Candidate & { readonly missing: readonly Diagnostic[] };

/** Equal modules give an equal policy: an edit of data alone compiles nothing. Throws `policy_*`, `compiler_*`. */
export async function buildCandidate(
  deps: Pick<AttemptDeps, 'compile' | 'merge'>,
  source: SourceSet,
  revisions: readonly (Revision | undefined)[],
  notes: AttemptNotes,
): Promise<BuiltCandidate> {
  const known = revisions.find((revision) => revision?.policy.modulesId === source.modulesId);
  const policy = known?.policy ?? (await timed(notes, 'compile', () => deps.compile(source)));
  return timed(notes, 'data', () => withData(deps.merge ?? mergeApart, source, policy));
}

async function fromHistory(
  deps: AttemptDeps,
  shelf: Shelf,
  current: Revision | undefined,
  request: ReloadRequest & { readonly from: string },
  notes: AttemptNotes,
): Promise<AttemptResult> {
  const { from, options } = request;
  if (from === current?.id) {
    notes.source = current.source;
    return { status: 'unchanged' };
  }
  return withShelved(shelf, from, async (shelved) => {
    const { kept, remade } = shelved === undefined ? await loadKept(deps, from, notes) : { kept: shelved.revision, remade: false };
    notes.source = kept.source;
    const passed = options.gates === true ? await passKept(deps, kept, options, notes) : [];
    return prepare(deps, { ...kept, warnings: [...kept.warnings, ...passed] }, shelved, { ...request, keep: remade }, notes);
  });
}

interface Found {
  readonly kept: KeptRevision;
  /** Made anew, and to be kept in the place of what is damaged. */
  readonly remade: boolean;
}

/** A kept revision: where what was made of its sources is damaged and these are not, it is made of them again. Throws `history_*`. */
async function loadKept(deps: AttemptDeps, id: string, notes: AttemptNotes): Promise<Found> {
  try {
    return { kept: await timed(notes, 'read', () => deps.keeper.load(id)), remade: false };
  } catch (thrown) {
    if (asGatewayError(thrown).code !== 'history_damaged') throw thrown;
    try {
      const source = await deps.keeper.loadSources(id);
      const { policy, data, missing } = await buildCandidate(deps, source, [], notes);
      return { kept: { id, source, policy, data, warnings: [...policy.warnings, ...missing] }, remade: true };
    } catch {
      // What comes of trying to mend it is not what is wrong.
      throw thrown;
    }
  }
}

/** What is on the shelf already is used, and goes back there when nothing comes of the attempt. */
async function withShelved(
  shelf: Shelf,
  id: string,
  work: (shelved: Generation | undefined) => Promise<AttemptResult>,
): Promise<AttemptResult> {
  const shelved = shelf.take(id);
  try {
    return await work(shelved);
  } catch (error) {
    if (shelved !== undefined) shelf.put(shelved);
    throw error;
  }
}

/** Prepared everywhere, and to be kept once it serves: who waits for the edit does not wait for that, and whoever hears of it does. */
async function prepare(
  deps: AttemptDeps,
  kept: KeptRevision,
  shelved: Generation | undefined,
  { trigger, options, keep = options.from === undefined }: ReloadRequest & { readonly keep?: boolean },
  notes: AttemptNotes,
): Promise<AttemptResult> {
  const { id, source, policy, data, warnings } = kept;
  const revision: Revision = { id, source, policy, data, warnings, trigger, loadedAt: new Date() };
  if (shelved !== undefined) {
    shelved.renew(revision);
    return { status: 'prepared', generation: shelved };
  }
  if (keep) notes.keep = () => timed(notes, 'store', () => deps.keeper.keep(revision));
  const prepared = await timed(notes, 'prepare', () => deps.evaluator.prepare(revision));
  return { status: 'prepared', generation: new Generation(revision, prepared) };
}

async function withData(merge: DataMerge, source: SourceSet, policy: CompiledPolicy): Promise<BuiltCandidate> {
  const { data, document, conflicts, missing } = await merge(source, policy);
  throwErrors(
    'policy_data_conflict',
    conflicts.map((conflict) => withLine(conflict, source)),
  );
  return { source, policy, data, document, missing };
}

/** Only gates look into the data, and who goes back asks for none of them: nobody waits until large data is read. Their warnings. */
async function passKept(deps: AttemptDeps, kept: KeptRevision, options: ReloadOptions, notes: AttemptNotes): Promise<Diagnostic[]> {
  const { source, policy, data } = kept;
  const passed = await passGates(deps.gates, { source, policy, data, document: await documentApart(data) }, options);
  await passSourceGates(deps, source, kept, options, notes);
  return passed;
}

/** Throws what rejects the candidate; its warnings. */
export async function passGates(gates: readonly Gate[], candidate: Candidate, options: ReloadOptions): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const gate of gates) found.push(...(await gate(candidate, options)));
  throwErrors('policy_data_schema', found);
  return found;
}

async function passSourceGates(
  { sourceGates }: AttemptDeps,
  source: SourceSet,
  { policy, data }: Made,
  options: ReloadOptions,
  notes: AttemptNotes,
): Promise<void> {
  if (sourceGates === undefined || sourceGates.none) return;
  await timed(notes, 'gates', () => sourceGates.pass(source, { policy, data }, options));
}

function throwErrors(code: 'policy_data_conflict' | 'policy_data_schema', diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new GatewayError(code, `${placed(first)}${more}`, { details: { diagnostics } });
}

/** Notes how long a stage took, also one that failed. */
export async function timed<T>(notes: AttemptNotes, stage: keyof StageTimings, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    notes.stages[stage] = Math.round((performance.now() - start) * 1000) / 1000;
  }
}
