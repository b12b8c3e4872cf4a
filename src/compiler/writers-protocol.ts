/** Absolute paths, at most 64. */
export interface WritersParams {
  readonly files: readonly string[];
}

/** Only a system that can tell says true: Linux, on file systems that know leases, of files that are the user's own. */
export interface WritersResult {
  /** Nobody has any of the files open for writing. */
  readonly closed: boolean;
}
