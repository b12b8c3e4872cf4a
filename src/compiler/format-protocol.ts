import type { Diagnostic } from '../policy/diagnostic.js';
import type { RegoModule, RegoVersion } from './protocol.js';

export interface FormatParams {
  readonly modules: readonly RegoModule[];
  readonly regoVersion?: RegoVersion;
  /** Rewrites every module for this version. Default: it keeps its own. */
  readonly target?: RegoVersion;
  /** Adds a unified diff to each changed file. */
  readonly diff?: boolean;
}

export interface FormattedModule {
  readonly path: string;
  readonly changed: boolean;
  /** Formatted text; the text as it came when it cannot be parsed. */
  readonly text: string;
  readonly diff?: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface FormatResult {
  readonly files: readonly FormattedModule[];
}
