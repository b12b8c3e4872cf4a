import { setFlagsFromString } from 'node:v8';

/** Compiles that are under way. */
let running = 0;

/**
 * Lets V8 compile all of a module while `compile` runs. Left to itself it compiles a function at its first call, and the decision that makes it
 * waits: 0.25 s for a function into which OPA planned 900 entrypoints. Rejects with what `compile` does.
 *
 * Only as long as that: V8 takes no code that was kept under other flags, and compiles Node's own modules anew in every thread that starts and at
 * every first use, which is 50 to 100 ms of processor time each.
 */
export async function compileEagerly<T>(compile: () => Promise<T>): Promise<T> {
  if (running++ === 0) setFlagsFromString('--no-wasm-lazy-compilation');
  try {
    return await compile();
  } finally {
    if (--running === 0) setFlagsFromString('--wasm-lazy-compilation');
  }
}
