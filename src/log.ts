/** The structured log that every room may be given. pino's own loggers satisfy it; only telemetry knows pino. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

function discard(): void {
  // Null object: a room without a log needs no branch.
}

/** A log that keeps nothing. */
export const silentLog: Log = { debug: discard, info: discard, warn: discard, error: discard };
