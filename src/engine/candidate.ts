import type { Diagnostic } from '../policy/diagnostic.js';
import type { CheckedData } from '../policy/merge-apart.js';
import type { CompiledPolicy } from '../policy/revision.js';
import type { SourceSet } from '../policy/source-set.js';
import type { ReloadOptions } from './reload-request.js';

/** What is about to serve: read, compiled and merged, not yet prepared. */
export interface Candidate {
  readonly source: SourceSet;
  readonly policy: CompiledPolicy;
  /** The merged data document as JSON text in UTF-8. */
  readonly data: Uint8Array;
  /** The same for gates, each member at the root parsed when it is first asked for: numbers are JavaScript's. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** Looks at a candidate before it serves. An error diagnostic rejects the reload; warnings are kept with the revision. */
export type Gate = (candidate: Candidate, options: ReloadOptions) => readonly Diagnostic[] | Promise<readonly Diagnostic[]>;

/**
 * Looks at what was read, tests and all, and at what was made of it, before it serves, and again when only what checks has changed. Throws what
 * rejects the reload.
 */
export type SourceGate = (source: SourceSet, options: ReloadOptions, made: Made) => Promise<void>;

/** What a source set was compiled and merged to. */
export type Made = Pick<Candidate, 'policy' | 'data'>;

/** Makes a policy out of the served modules of a source set; throws `policy_rejected` with `details.diagnostics`, or `compiler_*`. */
export type PolicyCompile = (source: SourceSet) => Promise<CompiledPolicy>;

/** Merges the data of a source set and holds it against the rules; throws `policy_data_*`. */
export type DataMerge = (source: SourceSet, policy: CompiledPolicy) => Promise<CheckedData>;

/** Reads the policy folder; throws `policy_*`. `previous` is what serves now. */
export type SourceRead = (previous: SourceSet | undefined) => Promise<SourceSet>;
