import { asGatewayError } from '../errors.js';
import type { GatewayError } from '../errors.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { diagnosticsOf } from '../policy/error-diagnostics.js';
import type { Revision } from '../policy/revision.js';
import { buildCandidate, passGates, readFolder, timed } from './attempt.js';
import type { AttemptDeps, AttemptNotes, BuiltCandidate } from './attempt.js';
import type { Rehearsal } from './engine.js';
import type { ReloadOptions } from './reload-request.js';

/** See {@link Engine.rehearse}. Unlike a reload it goes on after the first refusal: whoever asks wants to mend all of them at once. */
export async function rehearse(
  deps: Pick<AttemptDeps, 'read' | 'compile' | 'merge' | 'gates' | 'evaluator'>,
  serving: Revision | undefined,
  options: ReloadOptions,
): Promise<Rehearsal> {
  const notes: AttemptNotes = { stages: {} };
  const refusals: GatewayError[] = [];
  const warnings: Diagnostic[] = [];
  let candidate: BuiltCandidate | undefined;
  try {
    const source = await readFolder(deps, serving, notes);
    if (source.id === serving?.id) return { status: 'unchanged', serving, source, candidate, refusals, warnings, stages: notes.stages };
    candidate = await buildCandidate(deps, source, [serving], notes);
    warnings.push(...candidate.policy.warnings, ...candidate.missing);
    for (const gate of deps.gates) {
      try {
        warnings.push(...(await passGates([gate], candidate, options)));
      } catch (refusal) {
        const error = asGatewayError(refusal);
        refusals.push(error);
        warnings.push(...diagnosticsOf(error).filter(({ severity }) => severity === 'warning'));
      }
    }
    await tryOut(deps, candidate, warnings, notes);
  } catch (failure) {
    refusals.push(asGatewayError(failure));
  }
  const status = refusals.length === 0 ? 'accepted' : 'rejected';
  return { status, serving, source: notes.source, candidate, refusals, warnings, stages: notes.stages };
}

/** Whether it can be loaded wherever decisions are made is known after it was. */
async function tryOut(
  { evaluator }: Pick<AttemptDeps, 'evaluator'>,
  { source, policy, data }: BuiltCandidate,
  warnings: readonly Diagnostic[],
  notes: AttemptNotes,
): Promise<void> {
  const revision: Revision = { id: source.id, source, policy, data, warnings, trigger: 'api', loadedAt: new Date() };
  const prepared = await timed(notes, 'prepare', () => evaluator.prepare(revision));
  prepared.release();
}
