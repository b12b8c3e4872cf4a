import type { Builtin } from './builtins/builtin.js';
import { hostedBuiltins } from './builtins/index.js';

/** Built-ins that reach out of the process or tell of its surroundings: refused unless the configuration names them. */
const REACHING_OUT: ReadonlySet<string> = new Set(['http.send', 'net.lookup_ip_addr', 'opa.runtime']);

function isAllowed(name: string, allowed: readonly string[]): boolean {
  return !REACHING_OUT.has(name) || allowed.includes(name);
}

/** Names of the hosted built-ins that a policy may call. */
export function allowedBuiltins(allowed: readonly string[]): readonly string[] {
  return [...hostedBuiltins.keys()].filter((name) => isAllowed(name, allowed)).sort();
}

/** Finds built-ins for a module by their Rego names. */
export function linker(allowed: readonly string[]): (name: string) => Builtin | undefined {
  return (name) => (isAllowed(name, allowed) ? hostedBuiltins.get(name) : undefined);
}
