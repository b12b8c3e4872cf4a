import { isNotice } from '../engine/reload-request.js';
import type { Engine } from '../engine/engine.js';
import type { ErrorCode } from '../errors.js';
import type { Log } from '../log.js';

/** Failures that end when somebody installs a compiler, which no file of the policy folder tells. */
const AWAITS_COMPILER: ReadonlySet<string> = new Set<ErrorCode>(['compiler_missing', 'compiler_version_mismatch']);

/** Between two looks for a compiler, in ms. A look is one `stat`. */
const LOOK_MS = 1_000;

export interface CompilerWait {
  readonly engine: Pick<Engine, 'on' | 'reload'>;
  /** Names the compiler that is there; undefined while none is. */
  readonly stamp: () => string | undefined;
  readonly log: Log;
  readonly lookMs?: number;
}

/** Tries again what failed by itself for want of a compiler, as soon as there is another one. Returns what stops it. */
export function awaitCompiler({ engine, stamp, log, lookMs = LOOK_MS }: CompilerWait): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearInterval(timer);

  engine.on('rejected', ({ trigger, error }) => {
    // Who asks for a reload is told, and asks again.
    if (error === undefined || !AWAITS_COMPILER.has(error.code) || (trigger !== 'boot' && !isNotice(trigger))) return;
    stop();
    const missed = stamp();
    timer = setInterval(() => {
      const found = stamp();
      if (found === undefined || found === missed) return;
      stop();
      log.info({}, 'there is a compiler again: the policy folder is tried once more');
      void engine.reload('watch');
    }, lookMs).unref();
  });
  for (const status of ['reloaded', 'unchanged', 'held'] as const) engine.on(status, stop);
  return stop;
}
