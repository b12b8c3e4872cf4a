/** One finding of the compiler, the data checks or the judge-file checks, made to be shown to the person who edits. The message does not repeat the place. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable code, e.g. `rego_parse_error`, `rego_refused_builtin`, `data_schema`. */
  readonly code: string;
  readonly message: string;
  /** Path relative to the policy folder, with forward slashes. */
  readonly file?: string;
  /** 1-based line. */
  readonly row?: number;
  /** 1-based column, in characters as OPA counts. */
  readonly col?: number;
  /** 1-based column behind the end, where that lies on the same line. */
  readonly endCol?: number;
  /** The offending source line, for showing it with a caret. */
  readonly line?: string;
  /** Path into the data document, e.g. `data.actions.CRITICAL.runtime`. */
  readonly path?: string;
  /** What to do about it, in a few words. */
  readonly hint?: string;
}

/** Where a finding is. */
export type Place = { readonly [K in 'file' | 'row' | 'col' | 'path']?: Diagnostic[K] | undefined };

/** `file:row:col`, as far as it is known; for a finding in the data the path of it; empty for none. */
export function placeOf({ file, row, col, path }: Place): string {
  if (file === undefined) return path ?? '';
  return [file, row, row === undefined ? undefined : col].filter((part) => part !== undefined).join(':');
}

/** A finding in one line: place and message. */
export function placed(found: Place & Pick<Diagnostic, 'message'>): string {
  const place = placeOf(found);
  return place === '' ? found.message : `${place}: ${found.message}`;
}

/** Each finding once: compiling for one purpose finds most of what compiling for another does. */
export function uniqueDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const found of diagnostics) {
    const key = [found.file, found.row, found.col, found.message].join('\0');
    const known = seen.get(key);
    // One side may know what to do about it, and the other not.
    if (known?.hint === undefined) seen.set(key, found);
  }
  return [...seen.values()];
}
