import { moduleTexts } from '../compiler/module-texts.js';
import type { MineResult } from '../compiler/mine-protocol.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import type { RecordedInput } from '../decisions/recorded-inputs.js';
import { replicaSource } from '../evaluator/replica.js';
import { compareRules } from '../history/compare/rules.js';
import { searchApart } from '../impact/witness/search-apart.js';
import type { WitnessSearch } from '../impact/witness/search.js';
import type { CompiledPolicy } from '../policy/revision.js';
import type { SourceSet } from '../policy/source-set.js';

/** A revision with what it takes to evaluate it. */
export interface BuiltSide {
  readonly source: SourceSet;
  readonly policy: CompiledPolicy;
  readonly data: Uint8Array;
}

export interface FindWitnessOptions {
  readonly compiler: Pick<RegoCompiler, 'mine'>;
  readonly maxMemoryMb: number;
  readonly budgetMs: number;
  /** Inputs to begin with. Default: none. */
  readonly recorded?: readonly RecordedInput[];
}

const MIB = 1024 * 1024;

/** Looks for an input that `before` refuses and `after` lets through. Throws `compiler_*`, `evaluation_*`. */
export async function findWitness(before: BuiltSide, after: BuiltSide, options: FindWitnessOptions): Promise<WitnessSearch> {
  const { compiler, maxMemoryMb, budgetMs, recorded = [] } = options;
  const [was, is] = await Promise.all([mined(compiler, before), mined(compiler, after)]);
  const { added, removed, changed } = compareRules(before.policy, after.policy);
  const packages = before.policy.packages.filter((name) => after.policy.packages.includes(name));
  const answered = new Set(after.policy.entrypoints.map(({ path }) => path));
  return searchApart({
    before: { source: replicaSource(before), mined: was },
    after: { source: replicaSource(after), mined: is },
    maxMemoryBytes: maxMemoryMb * MIB,
    options: {
      packages,
      edited: [...new Set([...added, ...removed, ...changed].map(({ package: name }) => name))],
      rules: before.policy.entrypoints.filter(({ kind, path }) => kind === 'rule' && answered.has(path)).map(({ path }) => path),
      seeds: seedsOf(packages, recorded),
      budgetMs,
    },
  });
}

/** By the slash path of a package: what it, a document in it, or one that it is a part of was asked with. */
function seedsOf(packages: readonly string[], recorded: readonly RecordedInput[]): Readonly<Record<string, readonly unknown[]>> {
  const isWithin = (path: string, above: string): boolean => above === '' || path === above || path.startsWith(`${above}/`);
  return Object.fromEntries(
    packages.map((name) => {
      const own = name.replaceAll('.', '/');
      return [own, recorded.filter(({ path }) => isWithin(path, own) || isWithin(own, path)).map(({ input }) => input)];
    }),
  );
}

function mined(compiler: Pick<RegoCompiler, 'mine'>, { source }: BuiltSide): Promise<MineResult> {
  return compiler.mine({ modules: moduleTexts(source.modules) });
}
