import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { GatewayError } from '../errors.js';

/** The `code` of a system error, such as `ENOENT`. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Bytes of a regular file, or undefined when there is none. Throws `config_unreadable` for anything else: a file that is
 * there and cannot be read must not count as absent. Looks at the opened file, so that it cannot change between look and read.
 */
export function readBounded(file: string, maxBytes: number): Uint8Array | undefined {
  let descriptor: number;
  try {
    // O_NONBLOCK keeps a named pipe from holding the process up until someone writes into it.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new GatewayError('config_unreadable', `Cannot open ${file}: ${code ?? String(error)}`, { cause: error, details: { file } });
  }
  try {
    return readRegular(file, descriptor, maxBytes);
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError('config_unreadable', `Cannot read ${file}: ${systemErrorCode(error) ?? String(error)}`, {
      cause: error,
      details: { file },
    });
  } finally {
    closeSync(descriptor);
  }
}

/** Text of a PEM file that has to be there. Throws `config_unreadable`. */
export function readPem(file: string, maxBytes: number): string {
  const bytes = readBounded(file, maxBytes);
  if (bytes === undefined) throw new GatewayError('config_unreadable', `Expected a PEM file at ${file}`, { details: { file } });
  return Buffer.from(bytes).toString('latin1');
}

function readRegular(file: string, descriptor: number, maxBytes: number): Uint8Array {
  if (!fstatSync(descriptor).isFile()) {
    throw new GatewayError('config_unreadable', `Expected ${file} to be a regular file`, { details: { file } });
  }
  // One byte more than allowed tells "too large" from "just fits", also for a file that grows meanwhile.
  const buffer = Buffer.alloc(Math.min(fstatSync(descriptor).size, maxBytes) + 1);
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += read;
    if (read === 0 || length === buffer.length) break;
  }
  if (length > maxBytes) {
    throw new GatewayError('config_unreadable', `Expected ${file} to have at most ${maxBytes} bytes`, { details: { file, maxBytes } });
  }
  return buffer.subarray(0, length);
}
