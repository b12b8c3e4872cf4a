import { setFlagsFromString } from 'node:v8';

/**
 * From now on V8 compiles all of a module when it is asked to. Left to itself it compiles a function at its first call, and the decision that
 * makes it waits: 0.25 s for a function into which OPA planned 900 entrypoints.
 */
export function compileEagerly(): void {
  setFlagsFromString('--no-wasm-lazy-compilation');
}
