import { formatDuration } from '../config/duration.js';
import type { Outcome } from '../engine/engine.js';
import type { Log } from '../log.js';
import type { PolicyEngine } from './policy-engine.js';

/** Each try doubles what the one before had: after the last it was 16 times the usual. */
const MAX_TRIES = 4;

/** The way to the first revision, as far as it takes more than one try. */
export interface FirstRevision {
  /** Why another try is under way; undefined when none is. */
  readonly retrying: string | undefined;
}

/**
 * Loads the first revision. A compile that ran out of time is tried again with twice as much, while the gateway listens already and says so:
 * the files may be as good as any, and nothing else would make it try until somebody saves one. Resolves after the first try.
 */
export async function loadFirstRevision(
  { engine, patience }: Pick<PolicyEngine, 'engine' | 'patience'>,
  usualMs: number,
  log: Log,
): Promise<FirstRevision> {
  const state: { retrying: string | undefined } = { retrying: undefined };

  async function goOn(): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      patience.factor *= 2;
      state.retrying = `compiling again with ${patience.factor} times compiler.timeout`;
      log.warn({ compiler_timeout: formatDuration(usualMs), factor: patience.factor }, `no revision serves yet: ${state.retrying}`);
      if (!isLate(await engine.reload('boot')) || engine.current !== undefined) break;
    }
    state.retrying = undefined;
  }

  // The engine never rejects: what went wrong is its outcome.
  if (isLate(await engine.reload('boot'))) void goOn();
  return state;
}

function isLate({ error }: Outcome): boolean {
  return error?.code === 'compiler_timeout';
}
