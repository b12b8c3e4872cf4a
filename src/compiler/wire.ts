import type { BuildResult } from './protocol.js';

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
