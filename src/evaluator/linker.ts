import type { Builtin } from '../builtins/builtin.js';
import { CATALOG } from '../builtins/catalog.js';
import { ASSISTED_REASONS } from '../builtins/overrides.js';
import { refusedBuiltins } from '../builtins/refused.js';
import { builtinName } from './host/builtin-name.js';

/** Refused unless the configuration names them. */
const REACHING_OUT: ReadonlySet<string> = new Set(refusedBuiltins.flatMap(({ name, allowable }) => (allowable ? [name] : [])));

/** Whether a built-in, by its Rego name, reaches out of the process. */
export function isReachingOut(name: string): boolean {
  return REACHING_OUT.has(name);
}

/** Whether any of the built-ins that a module calls reaches out of the process. */
export function reachesOut(called: readonly string[]): boolean {
  return called.map(builtinName).some((name) => REACHING_OUT.has(name));
}

function isAllowed(name: string, allowed: readonly string[]): boolean {
  return !REACHING_OUT.has(name) || allowed.includes(name);
}

/** Names of the hosted built-ins that a policy may call, sorted. */
export function allowedBuiltins(allowed: readonly string[]): readonly string[] {
  return CATALOG.flatMap(({ names }) => names)
    .filter((name) => isAllowed(name, allowed))
    .sort();
}

/**
 * Loads all built-ins but those that reach out: for a process that must not be held up later, when a policy calls one of them for the first
 * time. Some of their libraries take 200 ms to load.
 */
export async function loadBuiltins(): Promise<void> {
  for (const { names, load } of CATALOG) if (!names.some((name) => REACHING_OUT.has(name))) await load();
}

/** Loads the built-ins that a module calls, and those that assist native ones; the function finds them by their Rego names. */
export async function linker(allowed: readonly string[], called: readonly string[]): Promise<(name: string) => Builtin | undefined> {
  const wanted = new Set([...called.map(builtinName).filter((name) => isAllowed(name, allowed)), ...Object.keys(ASSISTED_REASONS)]);
  const groups = await Promise.all(CATALOG.filter(({ names }) => names.some((name) => wanted.has(name))).map(({ load }) => load()));
  const found = new Map(groups.flatMap((group) => Object.entries(group)));
  return (name) => (wanted.has(name) ? found.get(name) : undefined);
}
