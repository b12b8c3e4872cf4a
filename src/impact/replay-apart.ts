import { forkIdle } from '../compiler/fork-idle.js';
import type { DecisionFilter } from '../decisions/filter.js';
import { GatewayError } from '../errors.js';
import { keepApart } from '../kept-apart.js';
import { processApart } from '../process-apart.js';
import { workOnce } from '../work-apart.js';
import type { Apart } from '../work-apart.js';
import type { Replay } from './report.js';
import { nameOf } from './sides.js';
import type { NamedSide, Side } from './sides.js';

export interface ReplayRequest<S extends NamedSide = Side> {
  /** Undefined: what was recorded is what the candidate is compared with. */
  readonly before: S | undefined;
  readonly after: S;
  /** Of one instance. */
  readonly maxMemoryBytes: number;
  /** Kept decisions, newest first, or an export of them, one JSON object a line. */
  readonly from: { readonly folder: string } | { readonly file: string };
  readonly filter: DecisionFilter;
  /** At most so many decisions. */
  readonly limit: number;
}

export interface ReplayProcessOptions {
  /** Of the compiler, whose binary starts the process: see `locateBinary`. */
  readonly compilerPath?: string | undefined;
  /** All that the process sees of the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs recorded decisions on the candidate and on what they are compared with, in a process of its own, threads of V8 included, that gets
 * the processor time which nobody else asks for. Throws `evaluation_*` when a side cannot be loaded, what reading throws, and the reason of
 * the signal, which ends it.
 */
export type ReplayApart = (request: ReplayRequest, signal?: AbortSignal) => Promise<Replay>;

/** In a process that ends with it. */
export function replayApart(options: ReplayProcessOptions = {}): ReplayApart {
  return (request, signal) => workOnce(() => openProcess(options), request, signal);
}

/** Edits come in series, some minutes apart: the second of them finds a process that has read in what it takes and whose code is compiled. */
const IDLE_MS = 120_000;

/** A process that waits lets go of what it had only when it has other work to do: with more data than this it ends instead. */
const KEPT_DATA_BYTES = 4 * 1024 * 1024;

/** In a process that is kept for the next one for a while, unless the data is large. */
export function keepReplays(options: ReplayProcessOptions = {}): { readonly replay: ReplayApart; close(): Promise<void> } {
  const kept = keepApart(() => openProcess(options), IDLE_MS);
  const once = replayApart(options);
  const closing = new AbortController();
  return {
    async replay(request, signal) {
      if (dataBytes(request) <= KEPT_DATA_BYTES) {
        const known = await kept.ask<Replay | undefined>(named(request), signal);
        return known ?? kept.ask<Replay>(request, signal);
      }
      return once(request, signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]));
    },
    async close() {
      closing.abort(new GatewayError('evaluator_closed', 'the gateway is shutting down'));
      await kept.close();
    },
  };
}

function openProcess({ compilerPath, env = {} }: ReplayProcessOptions): Apart {
  return processApart(forkIdle(new URL('./replay-process.js', import.meta.url), env, compilerPath));
}

function named({ before, after, ...asked }: ReplayRequest): ReplayRequest<NamedSide> {
  return { ...asked, before: before === undefined ? undefined : nameOf(before), after: nameOf(after) };
}

function dataBytes({ before, after }: ReplayRequest): number {
  return after.data.byteLength + (before?.data.byteLength ?? 0);
}
