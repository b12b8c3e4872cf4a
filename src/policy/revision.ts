import type { Diagnostic } from './diagnostic.js';
import type { SourceSet } from './source-set.js';

/** Why a reload ran. */
export type Trigger = 'boot' | 'watch' | 'signal' | 'api' | 'bundle' | 'rollback';

/** A constant path below `data` that modules read and none of them defines: the base document has to. */
export interface DataReference {
  readonly path: readonly string[];
  readonly file: string;
  readonly row: number;
  readonly col: number;
}

/** What can be asked of a revision. */
export interface Entrypoint {
  /** Slash path without `data`, e.g. `defenseclaw/admission`. */
  readonly path: string;
  readonly kind: 'package' | 'prefix' | 'rule';
}

/** Where a rule or function is, and which path it claims. */
export interface RulePlace {
  /** Ground path below `data`, with the package in front. */
  readonly path: readonly string[];
  readonly file: string;
  readonly row: number;
}

/** One clause of a rule or function. */
export interface RuleClause extends RulePlace {
  readonly kind: 'complete' | 'set' | 'object' | 'function';
  /** Value of a `default` clause as Rego text. */
  readonly default?: string;
  /** Tells versions of a clause apart, comments and layout aside. */
  readonly digest: string;
}

/** OPA's library as a module of its own: its functions run every policy that names it. */
export interface PolicyLibrary {
  /** Hash of the code. A policy runs on the library that it was made for and on no other. */
  readonly id: string;
  readonly module: WebAssembly.Module;
  /** What {@link module} was made of: for processes that cannot be handed the module itself. */
  readonly code: Uint8Array;
}

/** How the parts of a policy become one, as the compiler lists it. Nothing in a part depends on where it comes to lie. */
export interface Linking {
  /** Places of the table that the parts share. */
  readonly table: number;
  /** First address behind the constants of all parts. */
  readonly heap: number;
  /** Where each part lies in memory and in the table. The id names its bytes. */
  readonly parts: readonly { readonly id: string; readonly constants: number; readonly table: number }[];
  /** Functions that are called from another part, by their places in the table. */
  readonly functions: Readonly<Record<string, number>>;
  /** What the host is called with for its built-ins. */
  readonly builtins: Readonly<Record<string, number>>;
  /** By their places in the table. */
  readonly entrypoints: Readonly<Record<string, number>>;
}

/** The code of a policy, ready for instances. */
export interface PolicyModules {
  /** The main part first. */
  readonly modules: readonly [WebAssembly.Module, ...WebAssembly.Module[]];
  /** Absent for a policy of one part that was kept before there were several: it holds its lists itself. */
  readonly linking?: Linking;
}

/** What the compiler made of the modules of a source set. Shared by revisions that differ in data alone. */
export interface CompiledPolicy {
  /** {@link SourceSet.modulesId} of the modules that were compiled. */
  readonly modulesId: string;
  /** What made it: equal makers make equal code of equal modules. */
  readonly maker: string;
  readonly wasm: PolicyModules;
  /** What {@link wasm} was made of: for processes that cannot be handed the module itself. */
  readonly code: Uint8Array;
  /** What {@link wasm} imports. */
  readonly library: PolicyLibrary;
  readonly entrypoints: readonly Entrypoint[];
  /** Packages as dotted paths without `data`, e.g. `defenseclaw.admission`. */
  readonly packages: readonly string[];
  /** Every clause of every rule and function. */
  readonly rules: readonly RuleClause[];
  readonly references: readonly DataReference[];
  /**
   * By entrypoint: names all that decides its value but input and data. A kept policy has none of them, and of others there are those that were
   * asked for, but for entrypoints that ask for the time, for chance or for the network.
   */
  readonly keys?: Readonly<Record<string, string>>;
  /** Built-ins that the module calls in the host. */
  readonly builtins: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

/** Whether none of the packages that there were is there any more: a folder was emptied, or another one put in its place. */
export function nothingLeft(before: Pick<CompiledPolicy, 'packages'>, now: Pick<CompiledPolicy, 'packages'>): boolean {
  const left = new Set(now.packages);
  return before.packages.length > 0 && !before.packages.some((name) => left.has(name));
}

/** A source set compiled. Immutable. */
export interface Revision {
  /** {@link SourceSet.id}. */
  readonly id: string;
  readonly source: SourceSet;
  readonly policy: CompiledPolicy;
  /** The merged data document as JSON text in UTF-8: what the evaluator loads. */
  readonly data: Uint8Array;
  readonly warnings: readonly Diagnostic[];
  readonly trigger: Trigger;
  readonly loadedAt: Date;
}
