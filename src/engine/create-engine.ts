import { EventEmitter } from 'node:events';
import { asGatewayError, GatewayError } from '../errors.js';
import type { Log } from '../log.js';
import { UnderWay } from '../under-way.js';
import { attempt } from './attempt.js';
import type { AttemptDeps, AttemptNotes } from './attempt.js';
import { describeOutcome } from './describe-outcome.js';
import type { CompareRevisions, Effects } from './effects.js';
import type { Decision, Engine, EngineEvents, Outcome, PinChange, Rehearsal, RevisionLease } from './engine.js';
import type { Generation } from './generation.js';
import type { Pin } from './pin.js';
import { rehearse } from './rehearse.js';
import { isAsked, isNotice, mergeRequests } from './reload-request.js';
import type { ReloadOptions, ReloadRequest } from './reload-request.js';
import { Shelf } from './shelf.js';
import { createSingleFlight } from './single-flight.js';

export interface EngineDeps extends AttemptDeps {
  readonly log: Log;
  /** Revisions that stay prepared after they served. */
  readonly warm: number;
  /** Asked after each swap what it changed; without it nobody knows. */
  readonly compare?: CompareRevisions;
}

/** The engine on its parts. It holds no lock: a candidate is built aside, then one reference is swapped. */
export function createEngine(deps: EngineDeps): Engine {
  const { keeper, log } = deps;
  const events = new EventEmitter<EngineEvents & { pin: [PinChange] }>();
  const shelf = new Shelf(deps.warm);
  let generation: Generation | undefined;
  let lastOutcome: Outcome | undefined;
  let pin: Pin | undefined;
  let pinsSet = 0;
  let closed = false;
  let serves = (): void => undefined;
  const serving = new Promise<void>((resolve) => (serves = resolve));

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
    const previous = generation?.revision;
    let pinned: PinMove | undefined;
    let status: Outcome['status'] = 'rejected';
    let failure: GatewayError | undefined;
    let held: Generation | undefined;
    try {
      if (closed) throw new GatewayError('evaluator_closed', 'the engine is closed');
      const result = await attempt(deps, shelf, previous, request, notes);
      // Something else may serve by now: somebody went back meanwhile.
      if (result.status === 'unchanged') status = notes.source?.id === generation?.revision.id ? 'unchanged' : 'held';
      else if (isHeldBack(request)) {
        held = result.generation;
        shelf.put(held);
        status = 'held';
      } else {
        swap(result.generation, notes);
        status = 'reloaded';
      }
      if (status !== 'held') pinned = settlePin(request);
    } catch (thrown) {
      failure = asGatewayError(thrown);
    }
    const recovered = failure !== undefined && generation === undefined && !closed && (await recover());
    const after = held?.revision ?? (status === 'reloaded' ? generation?.revision : undefined);
    const effects = previous === undefined || after === undefined ? undefined : deps.compare?.(previous, after);
    const ended = { status, request, notes, start, previous, failure, recovered, lastOutcome };
    const outcome = describeOutcome({ ...ended, now: generation?.revision, held: held?.revision, pin, effects });
    // It failed since the parts that it needs are going, or the next start finds the same: neither is an attempt to tell of.
    if (closed && failure !== undefined) return outcome;
    // Seen by who looks from now on, while the entry is written: what serves and what is said of it must not differ meanwhile.
    lastOutcome = outcome;
    await notes.keep?.();
    if (pinned !== undefined) await keeper.savePin(pin);
    const number = await keeper.record(outcome, notes.source);
    const told = number === undefined ? outcome : { ...outcome, number };
    lastOutcome = told;
    announce(told);
    if (pinned !== undefined) tellPin(pinned, told);
    return told;
  }

  /** A save does not replace what is pinned, and neither does a person who asked before it was. */
  function isHeldBack(request: ReloadRequest): boolean {
    return pin !== undefined && request.options.from === undefined && !(isAsked(request.trigger) && isAfterPin(request));
  }

  function isAfterPin({ pinsSeen }: ReloadRequest): boolean {
    return pinsSeen === pinsSet;
  }

  /** What was asked for serves: with its pin, or free of the one before. What that changed. */
  function settlePin(request: ReloadRequest): PinMove | undefined {
    const { trigger, options } = request;
    const was = pin;
    if (options.pin === true) pin = pinOf(options);
    else if (!isNotice(trigger) && trigger !== 'boot' && isAfterPin(request)) pin = undefined;
    return pin === was ? undefined : { pin, was };
  }

  function pinOf({ by, reason }: ReloadOptions): Pin {
    if (generation === undefined) throw new GatewayError('evaluation_no_revision', 'nothing serves that could be pinned');
    pinsSet += 1;
    return {
      revision: generation.revision.id,
      at: new Date(),
      ...(by === undefined ? {} : { by }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  /** After the attempt that it comes of, under whose number it goes. */
  function tellPin(move: PinMove, { asked, previousRevision, revision, effects, number }: PinnedBy): void {
    const change: PinChange = { ...move, previous: previousRevision, revision, effects, number, asked, at: new Date() };
    for (const listener of events.listeners('pin')) call(() => listener(change), 'pin');
  }

  /** The only place that assigns the current revision. */
  function swap(next: Generation, notes: AttemptNotes): void {
    const start = performance.now();
    try {
      if (closed) throw new GatewayError('evaluator_closed', 'the engine closed while the revision was prepared');
      next.activate();
    } catch (error) {
      next.retire();
      throw error;
    }
    const old = generation;
    generation = next;
    if (old === undefined) serves();
    else shelf.put(old);
    notes.stages.swap = Math.round((performance.now() - start) * 1000) / 1000;
  }

  /** Nothing serves and the folder cannot: the last revision that did serve is better than refusing everything. */
  async function recover(): Promise<boolean> {
    for (const from of await keeper.lastGood()) {
      const request: ReloadRequest = { trigger: 'boot', options: { from }, pinsSeen: pinsSet };
      const notes: AttemptNotes = { stages: {} };
      try {
        const result = await attempt(deps, shelf, undefined, request, notes);
        if (result.status === 'prepared') swap(result.generation, notes);
        await notes.keep?.();
        return true;
      } catch (err) {
        log.error({ err, revision: from }, `a kept revision cannot serve and is skipped: ${asGatewayError(err).message}`);
      }
    }
    return false;
  }

  /** A start under a pin serves what is pinned; the folder is looked at by whoever watches it. */
  async function boot(options: ReloadOptions): Promise<Outcome> {
    pin = await keeper.loadPin();
    const request: ReloadRequest = { trigger: 'boot', options, pinsSeen: pinsSet };
    if (pin === undefined) return run(request);
    const outcome = await run({ ...request, options: { ...options, from: pin.revision } });
    if (outcome.status !== 'rejected') return outcome;
    log.error({ revision: pin.revision, error: outcome.error }, 'the pinned revision cannot serve; going by the folder');
    const was = pin;
    pin = undefined;
    await keeper.savePin(pin);
    const byFolder = await run(request);
    tellPin({ pin: undefined, was }, { ...byFolder, asked: options });
    return byFolder;
  }

  function announce(outcome: Outcome): void {
    for (const listener of events.listeners(outcome.status)) call(() => listener(outcome), outcome.status);
  }

  /** A listener that throws must not turn a reload that is done into a failure. */
  function call(listener: () => void, event: string): void {
    try {
      listener();
    } catch (thrown) {
      log.error({ err: thrown, outcome: event }, 'a listener of the engine failed');
    }
  }

  const fromFolder = createSingleFlight(run, mergeRequests);
  let kept: Promise<unknown> = Promise.resolve();

  /** One after the other, and beside a reload from the folder: who goes back does not wait for a compiler. */
  function fromKept(request: ReloadRequest): Promise<Outcome> {
    const turn = kept.then(() => run(request));
    kept = turn;
    return turn;
  }

  let rehearsed: Promise<unknown> = Promise.resolve();
  const underWay = new UnderWay();

  /** One after the other: each takes as much memory as a reload does. */
  function rehearseNext(options: ReloadOptions): Promise<Rehearsal> {
    const turn = rehearsed.then(() => rehearse(deps, generation?.revision, options));
    rehearsed = turn;
    return turn;
  }

  return {
    get current() {
      return generation?.revision;
    },
    get lastOutcome() {
      return lastOutcome;
    },
    serving,
    get pin() {
      return pin;
    },
    get warm() {
      return shelf.ids;
    },
    async evaluate(request): Promise<Decision> {
      const entered = enter();
      try {
        const evaluation = await entered.prepared.evaluate(request);
        return { ...evaluation, revision: entered.revision.id };
      } finally {
        entered.leave();
      }
    },
    lease: () => createLease(enter()),
    reload(trigger, options = {}) {
      if (trigger === 'boot' && generation === undefined) return underWay.watch(boot(options));
      const request: ReloadRequest = { trigger, options, pinsSeen: pinsSet };
      return underWay.watch(options.from === undefined ? fromFolder(request) : fromKept(request));
    },
    rehearse: (options = {}) => underWay.watch(rehearseNext(options)),
    async hold(options = {}) {
      const was = pin;
      const set = pinOf(options);
      pin = set;
      await keeper.savePin(set);
      const revision = set.revision;
      tellPin({ pin: set, was }, { asked: options, previousRevision: revision, revision, number: lastOutcome?.number });
      return set;
    },
    on: (event, listener) => void events.on(event, listener),
    onPin: (listener) => void events.on('pin', listener),
    async close() {
      closed = true;
      shelf.clear();
      generation?.retire();
      generation = undefined;
      await underWay.ended();
    },
  };
}

/** A pin that was set, or let go. */
type PinMove = Pick<PinChange, 'pin' | 'was'>;

/** The attempt that moved a pin, or what is known where there was none. */
interface PinnedBy extends Pick<Outcome, 'asked' | 'previousRevision' | 'revision'> {
  readonly effects?: Effects | undefined;
  readonly number?: number | undefined;
}

function createLease(held: Generation): RevisionLease {
  let released = false;
  const { revision } = held;
  return {
    revision,
    async evaluate(request): Promise<Decision> {
      const evaluation = await held.prepared.evaluate(request);
      return { ...evaluation, revision: revision.id };
    },
    undecided: (entrypoint) => held.prepared.undecided?.(entrypoint),
    release() {
      if (released) return;
      released = true;
      held.leave();
    },
  };
}
