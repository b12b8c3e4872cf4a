import type { RegoModule, RegoVersion } from './protocol.js';

/** Served modules of one revision, all of them. */
export interface MineParams {
  readonly modules: readonly RegoModule[];
  readonly regoVersion?: RegoVersion;
}

/** A place of the input that modules read. */
export interface InputPlace {
  /** Leads there; `*` is some member. */
  readonly path: readonly string[];
  /** Constants that it is compared with. */
  readonly values: readonly unknown[];
  /** Paths below `data` whose values it is compared with, or whose keys where the last step is `#`. */
  readonly data: readonly (readonly string[])[];
  /** Packages that read it, dotted, without `data`. */
  readonly packages: readonly string[];
}

/** What a package reaches. */
export interface MinedPackage {
  readonly name: string;
  /** Packages that it calls or reads, itself among them. */
  readonly uses: readonly string[];
  /** Paths below `data` that it reads; `*` is some member. */
  readonly data: readonly (readonly string[])[];
}

export interface MineResult {
  readonly places: readonly InputPlace[];
  readonly packages: readonly MinedPackage[];
  /** Scalars that stand anywhere in the modules. */
  readonly constants: readonly unknown[];
}
