import { compiledPolicy } from '../compiler/compiled-policy.js';
import { moduleTexts } from '../compiler/module-texts.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import type { PolicyCompile } from '../engine/candidate.js';
import { GatewayError } from '../errors.js';

export interface CompilePolicyOptions {
  readonly compiler: Pick<RegoCompiler, 'build'>;
  /** Built-ins that the evaluator answers. */
  readonly hosted: readonly string[];
  /** Of these, the ones that wasm has too, but slower. */
  readonly overrides: readonly string[];
  /** Names what compiles, see {@link CompiledPolicy.maker}. */
  readonly maker: () => string;
  /** Entrypoints of which the policy is to have {@link CompiledPolicy.keys}. */
  readonly keys?: readonly string[];
  /** How many times the usual bound a compile may take, asked anew for each. */
  readonly patience?: () => number;
}

/** The engine's compile step on the compiler service: the bytes that were hashed are the bytes that are compiled. */
export function createPolicyCompile({
  compiler,
  hosted,
  overrides,
  maker,
  keys = [],
  patience = () => 1,
}: CompilePolicyOptions): PolicyCompile {
  return async (source) => {
    const params = { modules: moduleTexts(source.modules), hosted, overrides, printStatements: true, lint: true, keys };
    const result = await compiler.build(params, { patience: patience() });
    if (result.ok && result.wasm === null) throw new GatewayError('policy_no_modules', `the modules in ${source.root} define no rule`);
    return compiledPolicy(result, source.modulesId, maker());
  };
}
