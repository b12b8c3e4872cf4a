import { createRequire } from 'node:module';
import pino from 'pino';
import type PinoPretty from 'pino-pretty';
import type { Log } from '../log.js';
import { errorFields } from './error-fields.js';
import { plainText, REDACTED, redactFields } from './redaction.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** The gateway's log. Satisfies {@link Log}. */
export interface Logger extends Log {
  /** Lines written after it come at this level or above. */
  setLevel(level: LogLevel): void;
  /** Puts everything out that is still held. Never throws: the reader of the log may be gone. */
  flush(): void;
}

/** Where lines go: a stream, or anything that takes text. */
export interface LogDestination {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface LoggerOptions {
  readonly level?: LogLevel;
  /** `auto`: pretty when the destination is a terminal, one JSON object a line otherwise. */
  readonly format?: 'auto' | 'pretty' | 'json';
  /** Default: standard error, so that standard output stays for answers. */
  readonly destination?: LogDestination;
  /** Credentials that must not appear in any line, whatever field or message they got into. */
  readonly secrets?: readonly string[];
}

/** A secret of fewer characters would blank out ordinary words. */
const MIN_SECRET_LENGTH = 8;

/**
 * Standard error, written at once: nothing is lost when the process ends, and a daemon writes few lines. A reader that
 * went away (EPIPE) must not take the daemon down.
 */
function standardError(): LogDestination & { flushSync(): void } {
  const stream = pino.destination({ dest: 2, sync: true });
  stream.on('error', () => undefined);
  return Object.assign(stream, { isTTY: process.stderr.isTTY });
}

/** Takes known secrets out of every line on its way. */
function scrubbing(destination: LogDestination, secrets: readonly string[]): LogDestination {
  const known = secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH);
  if (known.length === 0) return destination;
  return { write: (text) => destination.write(known.reduce((line, secret) => line.replaceAll(secret, REDACTED), text)) };
}

/** Turns a JSON line into one for people. What does so is loaded here: a daemon whose log nobody reads on a terminal starts without it. */
function prettyLines(colorize: boolean): (line: string) => string {
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof PinoPretty;
  const format = prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    // What a line says in words already; the JSON form has the fields.
    ignore:
      'lifecycle,trigger,duration_ms,stages,modules,diagnostics,code,changes,effects,mended,gate,passed,failed,errored,skipped,disagreements,findings,warnings,checkpoint,live,restart',
    // Text of a policy file or a request may hold terminal controls: they are shown, not obeyed.
    messageFormat: (line, key) => {
      const message = line[key];
      return typeof message === 'string' ? plainText(message) : '';
    },
  });
  return format;
}

/** Whether a log of this format on standard error is one JSON object a line. */
export function isJsonLog(format: LoggerOptions['format'] = 'auto'): boolean {
  return format === 'json' || (format === 'auto' && !process.stderr.isTTY);
}

export function createLogger(options: LoggerOptions = {}): Logger {
  const { level = 'info', format = 'auto', secrets = [] } = options;
  const own = options.destination === undefined ? standardError() : undefined;
  const destination = own ?? options.destination ?? standardError();
  const isTerminal = destination.isTTY === true;
  const target = scrubbing(destination, secrets);
  const shape = format === 'pretty' || (format === 'auto' && isTerminal) ? prettyLines(isTerminal) : (line: string): string => line;
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      serializers: { err: errorFields, error: errorFields },
    },
    { write: (line: string) => void target.write(shape(line)) },
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    setLevel: (next) => {
      logger.level = next;
    },
    flush: () => {
      try {
        own?.flushSync();
      } catch {
        // Nobody reads the log any more; there is nowhere left to say so.
      }
    },
  };
}
