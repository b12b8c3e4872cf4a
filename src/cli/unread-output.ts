import { systemErrorCode } from '../config/bounded-file.js';
import { GatewayError } from '../errors.js';
import { columnsOf } from './fit.js';
import { paintFor } from './paint.js';
import { renderError } from './render-error.js';

/** 128 + SIGPIPE: how a program ends whose reader has gone. */
const NOBODY_READS = 141;

const listeners = new Set<() => void>();
let unread = false;

/** A command that calls this ends by itself when nobody reads standard output any more; all others are ended. */
export function onUnread(listener: () => void): void {
  listeners.add(listener);
}

/** Ends the process as `| head` expects it, and with words where standard output cannot be written for another reason. */
export function watchOutput(): void {
  // In front of oclif's own listener, which passes over the one and throws the other.
  process.stdout.prependListener('error', (error: Error) => {
    if (systemErrorCode(error) !== 'EPIPE') endUnwritten(error);
    if (listeners.size === 0) process.exit(NOBODY_READS);
    unread = true;
    for (const listener of listeners) listener();
  });
}

/** Ends a process that ran on without a reader: nothing that it waits to have written ever is. */
export function endUnread(): void {
  if (unread) process.exit(process.exitCode ?? NOBODY_READS);
}

function endUnwritten(cause: Error): never {
  const error = new GatewayError('output_failed', `standard output cannot be written: ${cause.message}`, { cause });
  process.stderr.write(`${renderError(error, paintFor(process.stderr), columnsOf(process.stderr))}\n`);
  process.exit(error.spec.exit);
}
