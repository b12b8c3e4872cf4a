import type { BuildResult } from '../compiler/protocol.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import type { PolicyCompile } from '../engine/candidate.js';
import { GatewayError } from '../errors.js';
import { compileModule } from '../evaluator/compile-module.js';
import type { CompiledPolicy } from '../policy/revision.js';
import { moduleTexts } from './module-texts.js';

export interface CompilePolicyOptions {
  readonly compiler: Pick<RegoCompiler, 'build'>;
  /** Built-ins that the evaluator answers. */
  readonly hosted: readonly string[];
  /** Of these, the ones that wasm has too, but slower. */
  readonly overrides: readonly string[];
}

/** The engine's compile step on the compiler service: the bytes that were hashed are the bytes that are compiled. */
export function createPolicyCompile({ compiler, hosted, overrides }: CompilePolicyOptions): PolicyCompile {
  return async (source) => {
    const result = await compiler.build({ modules: moduleTexts(source.modules), hosted, overrides, printStatements: true });
    if (!result.ok) throw rejected(result);
    const { wasm } = result;
    if (wasm === null) throw new GatewayError('policy_no_modules', `the modules in ${source.root} define no rule`);
    return { ...describe(result), modulesId: source.modulesId, wasm: await load(wasm), code: wasm };
  };
}

/** WebAssembly has bounds of its own (locals of a function, say) that OPA's compiler does not know: a rule may be too long for it. */
async function load(wasm: Uint8Array): Promise<WebAssembly.Module> {
  try {
    return await compileModule(wasm);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('policy_rejected', `the compiled policy cannot be loaded: ${reason}`, { cause });
  }
}

function describe(result: BuildResult): Omit<CompiledPolicy, 'modulesId' | 'wasm' | 'code'> {
  const { entrypoints, rules, builtins, warnings } = result;
  return {
    entrypoints,
    packages: packageNames(result),
    rules,
    builtins: builtins.map(({ name }) => name),
    warnings,
  };
}

/** The packages that were compiled, as a revision names them: without `data`. */
export function packageNames({ packages }: Pick<BuildResult, 'packages'>): string[] {
  return packages.map((name) => name.replace(/^data\./u, ''));
}

function rejected({ diagnostics }: BuildResult): GatewayError {
  const [first] = diagnostics;
  const where = [first?.file, first?.row].filter((part) => part !== undefined).join(':');
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : '';
  return new GatewayError(
    'policy_rejected',
    `${where === '' ? '' : `${where}: `}${first?.message ?? 'the modules do not compile'}${more}`,
    {
      details: { diagnostics },
    },
  );
}
