import type { Linking, PolicyLibrary, PolicyModules } from '../policy/revision.js';
import { compileEagerly } from './eager-wasm.js';
import { policyCode } from './policy-code.js';

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

/** Starts to compile the code of a policy. Parts that are `known`, which those have to be that the code lacks, are taken from there, optimised code included. */
export function startPolicy(code: Uint8Array, known: CompiledParts = new Map()): CompilingPolicy {
  const { parts: codes, linking } = policyCode(code);
  if (linking === undefined) return { modules: compileModule(codes[0]).then((module) => ({ modules: [module] })), parts: new Map() };
  const parts = new Map<string, Promise<WebAssembly.Module>>();
  const all = linking.parts.map(({ id }, index) => {
    const compiling = known.get(id) ?? compilePart(id, codes[index]);
    parts.set(id, compiling);
    // Whoever waits for all of them hears of it; the next one tries again.
    compiling.catch(() => parts.delete(id));
    return compiling;
  });
  return { modules: joined(all, linking), parts };
}

async function joined(compiling: readonly Promise<WebAssembly.Module>[], linking: Linking): Promise<PolicyModules> {
  const [main, ...others] = await Promise.all(compiling);
  if (main === undefined) throw new Error('Expected a main part');
  return { modules: [main, ...others], linking };
}

function compilePart(id: string, code: Uint8Array | undefined): Promise<WebAssembly.Module> {
  if (code === undefined || code.byteLength === 0) return Promise.reject(new Error(`Expected the part ${id} to be here`));
  return compileModule(code);
}

/** Of the policy that was compiled last in this process. */
let latest: CompiledParts = new Map();

/** Compiles the code of a policy as {@link compileModule} does, but for the parts that the one before had: an edit costs what the part that it touches costs. */
export function compilePolicy(code: Uint8Array): Promise<PolicyModules> {
  const { modules, parts } = startPolicy(code, latest);
  latest = parts;
  return modules;
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
