import { GatewayError } from '../errors.js';
import { compileLibrary, compilePolicy } from '../evaluator/compile-module.js';
import type { CompiledPolicy } from '../policy/revision.js';
import type { BuildResult } from './protocol.js';

/** What an evaluator takes, out of a build that is ok; `maker` as in {@link CompiledPolicy.maker}. Throws `policy_rejected` for a build that is not. */
export async function compiledPolicy(result: BuildResult, modulesId: string, maker: string): Promise<CompiledPolicy> {
  if (!result.ok) throw rejected(result);
  const { wasm, library, entrypoints, rules, references, keys, builtins, warnings } = result;
  if (wasm === null || library === null) throw new GatewayError('policy_no_modules', 'the modules define no rule');
  const [compiled, compiledLibrary] = await Promise.all([loaded(compilePolicy(wasm)), loaded(compileLibrary(library))]);
  return {
    modulesId,
    maker,
    wasm: compiled,
    code: wasm,
    library: compiledLibrary,
    entrypoints,
    packages: packageNames(result),
    rules,
    references,
    keys,
    builtins: builtins.map(({ name }) => name),
    warnings,
  };
}

/** The packages that were compiled, as a revision names them: without `data`. */
export function packageNames({ packages }: Pick<BuildResult, 'packages'>): string[] {
  return packages.map((name) => name.replace(/^data\./u, ''));
}

/** WebAssembly has bounds of its own (locals of a function, say) that OPA's compiler does not know: a rule may be too long for it. */
async function loaded<T>(compiling: Promise<T>): Promise<T> {
  try {
    return await compiling;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('policy_rejected', `the compiled policy cannot be loaded: ${reason}`, { cause });
  }
}

function rejected({ diagnostics, omitted = 0 }: BuildResult): GatewayError {
  const [first] = diagnostics;
  const hint = first?.hint === undefined ? '' : ` (${first.hint})`;
  const where = [first?.file, first?.row].filter((part) => part !== undefined).join(':');
  const others = diagnostics.length + omitted - 1;
  const more = others > 0 ? ` (and ${others} more)` : '';
  return new GatewayError(
    'policy_rejected',
    `${where === '' ? '' : `${where}: `}${first?.message ?? 'the modules do not compile'}${hint}${more}`,
    { details: { diagnostics, ...(omitted === 0 ? {} : { omitted }) } },
  );
}
