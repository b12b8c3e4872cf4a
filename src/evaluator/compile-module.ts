import { setFlagsFromString } from 'node:v8';

/**
 * Compiles all of a module now, on threads of V8. Left to itself V8 compiles a function at its first call, and the decision that makes it
 * waits: 0.25 s for a function into which OPA planned 900 entrypoints. Rejects what is no module, or too large a one.
 */
export function compileModule(code: Uint8Array): Promise<WebAssembly.Module> {
  setFlagsFromString('--no-wasm-lazy-compilation');
  return WebAssembly.compile(code);
}
