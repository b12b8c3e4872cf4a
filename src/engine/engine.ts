import type { Evaluation, EvaluationRequest } from '../evaluator/evaluator.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { GatewayError } from '../errors.js';
import type { Revision, Trigger } from '../policy/revision.js';
import type { SourceSet } from '../policy/source-set.js';
import type { ChangedFiles } from '../policy/changed-files.js';
import type { Candidate } from './candidate.js';
import type { Effects } from './effects.js';
import type { Pin } from './pin.js';
import type { ReloadOptions } from './reload-request.js';

/** Milliseconds of each stage that ran; a stage that was not needed is absent. */
export type StageTimings = Readonly<Partial<Record<'read' | 'compile' | 'data' | 'gates' | 'prepare' | 'store' | 'swap', number>>>;

/** What a reload ended as. */
export interface Outcome {
  /** `held`: the folder would serve, but a pin holds what serves. */
  readonly status: 'reloaded' | 'unchanged' | 'rejected' | 'held';
  readonly trigger: Trigger;
  /** What was asked beside it; of all who share the run. */
  readonly asked: ReloadOptions;
  /** Revision that serves after this attempt; undefined while none does. */
  readonly revision: string | undefined;
  /** Revision that served before it. */
  readonly previousRevision: string | undefined;
  /** Revision id of the candidate that was rejected or held, when the folder could be read. */
  readonly candidate?: string;
  /** Files that differ between the candidate and what served before it. */
  readonly changes?: ChangedFiles;
  /** What it changes, or would change, in what served before. */
  readonly effects?: Effects;
  /** The last revision that did serve serves again, since nothing served and the folder could not, and still cannot. */
  readonly recovered?: true;
  /** The folder can serve, after an attempt that was rejected. */
  readonly mended?: true;
  /** The pin after this attempt. */
  readonly pin?: Pin;
  /** Its number in the history. */
  readonly number?: number;
  /** Names all that was read, tests too; undefined when the folder could not be read. */
  readonly read?: string;
  readonly modules: number;
  readonly durationMs: number;
  readonly stages: StageTimings;
  readonly diagnostics: readonly Diagnostic[];
  /** How many more it was rejected for than are listed; absent for none. */
  readonly omitted?: number;
  /** One line for people: why it was rejected. */
  readonly error?: { readonly code: string; readonly message: string };
  readonly at: Date;
}

/** A pin that was set, or let go. */
export interface PinChange {
  readonly pin: Pin | undefined;
  readonly was: Pin | undefined;
  /** What served before, and what serves now. */
  readonly previous: string | undefined;
  readonly revision: string | undefined;
  /** What that changes. */
  readonly effects: Effects | undefined;
  /** In the history: of the attempt that it came of, or of the last one where it came of none. */
  readonly number: number | undefined;
  readonly asked: ReloadOptions;
  readonly at: Date;
}

/** What a reload would come to, found out without one. */
export interface Rehearsal {
  /** `accepted`: it would serve. */
  readonly status: 'accepted' | 'unchanged' | 'rejected';
  /** What serves. */
  readonly serving: Revision | undefined;
  /** What the folder holds; undefined when it could not be read. */
  readonly source: SourceSet | undefined;
  /** What was made of that; undefined when it did not come so far. */
  readonly candidate: Candidate | undefined;
  /** Everything that would reject it, first what a reload would end with. */
  readonly refusals: readonly GatewayError[];
  readonly warnings: readonly Diagnostic[];
  readonly stages: StageTimings;
}

/** One decision with the revision that made it. */
export interface Decision extends Evaluation {
  readonly revision: string;
}

/** One revision held for the length of a request, so that every part of one answer comes from it. */
export interface RevisionLease {
  readonly revision: Revision;
  evaluate(request: EvaluationRequest): Promise<Decision>;
  /** The value that this entrypoint gave decides nothing: whoever watches over decisions counts it as undefined. */
  undecided(entrypoint: string): void;
  release(): void;
}

/** Typed events of the engine: each carries the outcome of one attempt. */
export type EngineEvents = Record<Outcome['status'], [Outcome]>;

/** The shared engine: holds the current revision, evaluates, reloads. */
export interface Engine {
  readonly current: Revision | undefined;
  readonly lastOutcome: Outcome | undefined;
  /** Settles when a revision serves for the first time, which is before the reload that brought it has ended. */
  readonly serving: Promise<void>;
  /** Takes the current revision once and evaluates on it. Throws `evaluation_no_revision` while there is none. */
  evaluate(request: EvaluationRequest): Promise<Decision>;
  /** The current revision held until `release()`. Throws `evaluation_no_revision`. */
  lease(): RevisionLease;
  /** The one path: read, compile, prepare, swap. Never rejects: a failure is an outcome. */
  reload(trigger: Trigger, options?: ReloadOptions): Promise<Outcome>;
  /**
   * Everything of a reload from the folder but the swap, the storing and the gates of sources: nothing of what serves, is pinned or kept
   * changes, and nobody is told. Never rejects.
   */
  rehearse(options?: ReloadOptions): Promise<Rehearsal>;
  /** The pin that holds what serves against saves. */
  readonly pin: Pin | undefined;
  /** Holds what serves. Durable on return. Throws `evaluation_no_revision`. */
  hold(options?: ReloadOptions): Promise<Pin>;
  /** Ids of the revisions that are a swap away. */
  readonly warm: readonly string[];
  /** Told after the outcome of the attempt that moved the pin. */
  onPin(listener: (change: PinChange) => void): void;
  on(event: Outcome['status'], listener: (outcome: Outcome) => void): void;
  /** Nothing is swapped any more. On return no reload is under way; one that failed for it is neither kept nor told. */
  close(): Promise<void>;
}
