import type { Diagnostic } from './diagnostic.js';
import type { SourceSet } from './source-set.js';

/** Why a reload ran. */
export type Trigger = 'boot' | 'watch' | 'api';

/** What can be asked of a revision. */
export interface Entrypoint {
  /** Slash path without `data`, e.g. `defenseclaw/admission`. */
  readonly path: string;
  readonly kind: 'package' | 'prefix' | 'rule';
}

/** What the compiler made of the modules of a source set. Shared by revisions that differ in data alone. */
export interface CompiledPolicy {
  /** {@link SourceSet.modulesId} of the modules that were compiled. */
  readonly modulesId: string;
  readonly wasm: WebAssembly.Module;
  /** What {@link wasm} was made of: for processes that cannot be handed the module itself. */
  readonly code: Uint8Array;
  readonly entrypoints: readonly Entrypoint[];
  /** Packages as dotted paths without `data`, e.g. `defenseclaw.admission`. */
  readonly packages: readonly string[];
  /** Ground path of every rule and function, to find base data that claims the same path. */
  readonly rules: readonly { readonly path: readonly string[]; readonly file: string; readonly row: number }[];
  /** Built-ins that the module calls in the host. */
  readonly builtins: readonly string[];
  readonly warnings: readonly Diagnostic[];
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
