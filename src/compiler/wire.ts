import type { BuildParams, BuildResult } from './protocol.js';

/** {@link BuildParams} as they cross the pipe. */
export interface WireBuildParams extends BuildParams {
  /** Ids of the parts of the code that are here from a build before: they come back empty. */
  readonly had: readonly string[];
}

/** {@link BuildResult} as it crosses the pipe. */
export interface WireBuildResult extends Omit<BuildResult, 'wasm' | 'library'> {
  /** {@link LibraryResult.id}. Empty when nothing was compiled. */
  readonly library: string;
  /** Base64. */
  readonly wasm: string | null;
}

/** The library as it crosses the pipe. */
export interface WireLibraryResult {
  readonly id: string;
  /** Base64. */
  readonly code: string;
}
