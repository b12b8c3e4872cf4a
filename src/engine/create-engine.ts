import { EventEmitter } from 'node:events';
import { asGatewayError, GatewayError } from '../errors.js';
import type { Log } from '../log.js';
import { diagnosticsOf } from '../policy/error-diagnostics.js';
import { attempt } from './attempt.js';
import type { AttemptDeps, AttemptNotes } from './attempt.js';
import type { Decision, Engine, EngineEvents, Outcome, RevisionLease } from './engine.js';
import { Generation } from './generation.js';
import { mergeRequests } from './reload-request.js';
import type { ReloadRequest } from './reload-request.js';
import { createSingleFlight } from './single-flight.js';

export interface EngineDeps extends AttemptDeps {
  readonly log: Log;
}

/** The engine on its parts. It holds no lock: a candidate is built aside, then one reference is swapped. */
export function createEngine(deps: EngineDeps): Engine {
  const events = new EventEmitter<EngineEvents>();
  let generation: Generation | undefined;
  let lastOutcome: Outcome | undefined;
  let closed = false;

  function enter(): Generation {
    if (generation === undefined) {
      const reason = lastOutcome?.error?.message;
      throw new GatewayError('evaluation_no_revision', `no policy revision is loaded${reason === undefined ? '' : `: ${reason}`}`);
    }
    generation.enter();
    return generation;
  }

  async function run(request: ReloadRequest): Promise<Outcome> {
    const start = performance.now();
    const notes: AttemptNotes = { stages: {} };
    const previous = generation;
    let status: Outcome['status'] = 'rejected';
    let failure: GatewayError | undefined;
    try {
      if (closed) throw new GatewayError('evaluator_closed', 'the engine is closed');
      const result = await attempt(deps, previous?.revision, request, notes);
      status = result.status === 'unchanged' ? 'unchanged' : 'reloaded';
      if (result.status === 'prepared') swap(new Generation(result.revision, result.prepared), notes);
    } catch (thrown) {
      failure = asGatewayError(thrown);
    }
    lastOutcome = describe({ status, request, notes, start, previous, now: generation, failure });
    announce(lastOutcome);
    return lastOutcome;
  }

  /** The only place that assigns the current revision. */
  function swap(next: Generation, notes: AttemptNotes): void {
    if (closed) {
      next.retire();
      throw new GatewayError('evaluator_closed', 'the engine closed while the revision was prepared');
    }
    const start = performance.now();
    const old = generation;
    next.activate();
    generation = next;
    old?.retire();
    notes.stages.swap = Math.round((performance.now() - start) * 1000) / 1000;
  }

  /** A listener that throws must not turn a reload that is done into a failure. */
  function announce(outcome: Outcome): void {
    for (const listener of events.listeners(outcome.status)) {
      try {
        listener(outcome);
      } catch (thrown) {
        deps.log.error({ err: thrown, outcome: outcome.status }, 'a listener of the engine failed');
      }
    }
  }

  const reload = createSingleFlight(run, mergeRequests);

  return {
    get current() {
      return generation?.revision;
    },
    get lastOutcome() {
      return lastOutcome;
    },
    async evaluate(request): Promise<Decision> {
      const held = enter();
      try {
        const evaluation = await held.prepared.evaluate(request);
        return { ...evaluation, revision: held.revision.id };
      } finally {
        held.leave();
      }
    },
    lease: () => createLease(enter()),
    reload: (trigger, options = {}) => reload({ trigger, options }),
    on: (event, listener) => void events.on(event, listener),
    close() {
      closed = true;
      generation?.retire();
      generation = undefined;
      return Promise.resolve();
    },
  };
}

function createLease(held: Generation): RevisionLease {
  let released = false;
  return {
    revision: held.revision,
    async evaluate(request): Promise<Decision> {
      const evaluation = await held.prepared.evaluate(request);
      return { ...evaluation, revision: held.revision.id };
    },
    release() {
      if (released) return;
      released = true;
      held.leave();
    },
  };
}

interface Ended {
  readonly status: Outcome['status'];
  readonly request: ReloadRequest;
  readonly notes: AttemptNotes;
  readonly start: number;
  readonly previous: Generation | undefined;
  readonly now: Generation | undefined;
  readonly failure: GatewayError | undefined;
}

function describe({ status, request, notes, start, previous, now, failure }: Ended): Outcome {
  const candidate = failure === undefined ? undefined : notes.source?.id;
  return {
    status,
    trigger: request.trigger,
    asked: request.options,
    revision: now?.revision.id,
    previousRevision: previous?.revision.id,
    ...(candidate === undefined ? {} : { candidate }),
    modules: (notes.source ?? now?.revision.source)?.modules.length ?? 0,
    durationMs: Math.round((performance.now() - start) * 1000) / 1000,
    stages: notes.stages,
    diagnostics: failure === undefined ? (now?.revision.warnings ?? []) : diagnosticsOf(failure),
    ...(failure === undefined ? {} : { error: { code: failure.code, message: failure.message } }),
    at: new Date(),
  };
}
