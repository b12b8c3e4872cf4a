import type { PolicyLibrary, PolicyModules } from '../policy/revision.js';
import { compileEagerly } from './eager-wasm.js';
import { partsById, policyCode } from './policy-code.js';
import type { PolicyCode } from './policy-code.js';

/** Compiles all of a module now, on threads of V8. Rejects what is no module, or too large a one. */
export function compileModule(code: Uint8Array): Promise<WebAssembly.Module> {
  return compileEagerly(() => WebAssembly.compile(code));
}

/** Modules that are compiled, or are about to be, by the ids of the parts that they are made of. */
export type CompiledParts = ReadonlyMap<string, Promise<WebAssembly.Module>>;

/** The code of a policy on its way. */
export interface CompilingPolicy {
  readonly modules: Promise<PolicyModules>;
  readonly parts: CompiledParts;
}

/** Starts to compile the code of a policy. Parts that are not in the code are taken from `known`, optimised code included. */
export function startPolicy(code: Uint8Array, known: CompiledParts = new Map()): CompilingPolicy {
  const taken = policyCode(code);
  const parts = new Map<string, Promise<WebAssembly.Module>>();
  for (const [id, part] of partsById(taken)) {
    const compiling =
      part.byteLength > 0 ? compileModule(part) : (known.get(id) ?? Promise.reject(new Error(`Expected the part ${id} to be here`)));
    // Whoever waits for all of them hears of it.
    compiling.catch(() => undefined);
    parts.set(id, compiling);
  }
  return { modules: joined(taken, parts), parts };
}

async function joined({ parts: [main], linking }: PolicyCode, parts: CompiledParts): Promise<PolicyModules> {
  const modules = await Promise.all([compileModule(main), ...parts.values()] as const);
  return { modules, ...(linking === undefined ? {} : { linking }) };
}

/**
 * Compiles the code of a policy as {@link compileModule} does. Of parts that live in this process already V8 takes what it has, optimised
 * code included: an edit costs what the part that it touches costs.
 */
export function compilePolicy(code: Uint8Array): Promise<PolicyModules> {
  return startPolicy(code).modules;
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
