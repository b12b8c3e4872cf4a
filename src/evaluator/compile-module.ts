import { setFlagsFromString } from 'node:v8';
import type { PolicyLibrary } from '../policy/revision.js';

/**
 * Compiles all of a module now, on threads of V8. Left to itself V8 compiles a function at its first call, and the decision that makes it
 * waits: 0.25 s for a function into which OPA planned 900 entrypoints. Rejects what is no module, or too large a one.
 */
export function compileModule(code: Uint8Array): Promise<WebAssembly.Module> {
  setFlagsFromString('--no-wasm-lazy-compilation');
  return WebAssembly.compile(code);
}

/** A library that is not compiled yet. */
export type LibraryCode = Pick<PolicyLibrary, 'id' | 'code'>;

/** By id. One process sees one library, or two where a kept revision was made for another one. */
const libraries = new Map<string, Promise<PolicyLibrary>>();

/** The same, once a process: its optimised code outlives every policy that runs on it. */
export function compileLibrary({ id, code }: LibraryCode): Promise<PolicyLibrary> {
  const known = libraries.get(id);
  if (known !== undefined) return known;
  const compiling = compileModule(code).then((module) => ({ id, code, module }));
  libraries.set(id, compiling);
  compiling.catch(() => libraries.delete(id));
  return compiling;
}
