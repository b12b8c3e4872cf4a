/** What of a trace is told, as OPA's own commands call it. */
export type ExplainMode = 'full' | 'notes' | 'fails' | 'debug';

/** A trace as `opa eval --explain` prints it. */
export interface Explanation {
  readonly lines: readonly string[];
  readonly truncated?: boolean;
}
