import type { GatewayError } from '../errors.js';
import { changedFiles } from '../policy/changed-files.js';
import { diagnosticsOf } from '../policy/error-diagnostics.js';
import type { Revision } from '../policy/revision.js';
import { contentKey } from '../policy/source-set.js';
import type { AttemptNotes } from './attempt.js';
import type { Outcome } from './engine.js';
import type { Effects } from './effects.js';
import type { Pin } from './pin.js';
import type { ReloadRequest } from './reload-request.js';

/** How a run ended. */
export interface Ended {
  readonly status: Outcome['status'];
  readonly request: ReloadRequest;
  readonly notes: AttemptNotes;
  readonly start: number;
  readonly previous: Revision | undefined;
  readonly now: Revision | undefined;
  readonly failure: GatewayError | undefined;
  readonly recovered: boolean;
  /** Warnings of a candidate that was held. */
  readonly held: Revision | undefined;
  readonly pin: Pin | undefined;
  readonly effects: Effects | undefined;
  readonly lastOutcome: Outcome | undefined;
}

export function describeOutcome(ended: Ended): Outcome {
  const { status, request, notes, start, previous, now, failure, recovered, held, pin, effects, lastOutcome } = ended;
  const tried = status === 'rejected' || status === 'held' ? notes.source : undefined;
  const source = status === 'unchanged' ? undefined : notes.source;
  // As long as the folder cannot serve, what was brought back stays what it is.
  const lastGood = recovered || (status === 'rejected' && lastOutcome?.recovered === true && lastOutcome.revision === now?.id);
  // Going back mends nothing: the folder is as broken as it was.
  const mended = status !== 'rejected' && request.options.from === undefined && lastOutcome?.status === 'rejected';
  return {
    status,
    trigger: request.trigger,
    asked: request.options,
    revision: now?.id,
    previousRevision: previous?.id,
    ...(tried === undefined ? {} : { candidate: tried.id }),
    ...(notes.source === undefined ? {} : { read: contentKey(notes.source) }),
    ...(source === undefined ? {} : { changes: changedFiles((status === 'held' ? now : previous)?.source, source) }),
    ...(effects === undefined ? {} : { effects }),
    ...(lastGood ? { recovered: lastGood } : {}),
    ...(mended ? { mended } : {}),
    ...(pin === undefined ? {} : { pin }),
    modules: (notes.source ?? now?.source)?.modules.length ?? 0,
    durationMs: Math.round((performance.now() - start) * 1000) / 1000,
    stages: notes.stages,
    diagnostics: failure === undefined ? ((held ?? now)?.warnings ?? []) : diagnosticsOf(failure),
    ...omittedOf(failure),
    ...(failure === undefined ? {} : { error: { code: failure.code, message: failure.message } }),
    at: new Date(),
  };
}

function omittedOf(failure: GatewayError | undefined): Pick<Outcome, 'omitted'> {
  const omitted = failure?.details['omitted'];
  return typeof omitted === 'number' ? { omitted } : {};
}
