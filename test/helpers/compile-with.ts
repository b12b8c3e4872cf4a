import { compiledPolicy } from '../../src/compiler/compiled-policy.js';
import type { RegoCompiler } from '../../src/compiler/rego-compiler.js';
import { OVERRIDES } from '../../src/builtins/overrides.js';
import { allowedBuiltins } from '../../src/evaluator/linker.js';
import type { CompiledPolicy } from '../../src/policy/revision.js';

/** Compiles modules given by path, with every built-in that the host offers. Throws with the diagnostics when they are refused. */
export async function compileWith(
  compiler: RegoCompiler,
  modules: Readonly<Record<string, string>>,
  hosted: readonly string[] = allowedBuiltins([]),
): Promise<CompiledPolicy> {
  const sources = Object.entries(modules).map(([path, text]) => ({ path, text }));
  const built = await compiler.build({ modules: sources, hosted, overrides: OVERRIDES, printStatements: true });
  if (built.wasm === null) throw new Error(`Expected modules that compile, got ${JSON.stringify(built.diagnostics)}`);
  return compiledPolicy(built, sources.map(({ text }) => text).join('\0'), 'test');
}
