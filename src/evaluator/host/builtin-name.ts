/** Begins the name under which a module asks the host for a built-in that OPA's own WebAssembly has too. */
const HOSTED_PREFIX = '__hosted__.';

/** The Rego name of a built-in that a module imports. */
export function builtinName(imported: string): string {
  return imported.startsWith(HOSTED_PREFIX) ? imported.slice(HOSTED_PREFIX.length) : imported;
}
