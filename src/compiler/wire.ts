import type { BuildParams, BuildResult, RuleInfo } from './protocol.js';

/** {@link BuildParams} as they cross the pipe. */
export interface WireBuildParams extends BuildParams {
  /** Ids of the parts of the code that are here from a build before: they come back empty. */
  readonly had: readonly string[];
  /** {@link WireLists.lists} of a build before. */
  readonly lists?: string;
}

/** What a build lists of its modules, without what the caller has. */
export interface WireLists {
  /** Names the whole lists; absent where they cannot be named in a request. */
  readonly lists?: string;
  /** The request named lists that the service has. Null then means those; the rules are those of the modules that changed. */
  readonly shortened?: boolean;
  readonly entrypoints: BuildResult['entrypoints'] | null;
  readonly packages: BuildResult['packages'] | null;
  readonly rules: readonly RuleInfo[];
  /** Modules that changed and have no rules now. */
  readonly gone?: readonly string[];
}

/** {@link BuildResult} as it crosses the pipe. */
export interface WireBuildResult extends Omit<BuildResult, 'wasm' | 'library' | 'keys' | 'entrypoints' | 'packages' | 'rules'>, WireLists {
  readonly keys?: BuildResult['keys'];
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
