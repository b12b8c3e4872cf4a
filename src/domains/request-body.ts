import { GatewayError } from '../errors.js';
import type { GoDecoder } from './go-decode.js';
import { GoSyntaxError, scanGoJson } from './go-scan.js';

/** Decodes a request body. Throws GatewayError `request_invalid` with the one text that the wire has for all malformed bodies. */
export function decodeBody<T>(body: Uint8Array, shape: GoDecoder<T>): T {
  try {
    return shape.decode(scanGoJson(body), shape.zero);
  } catch (error) {
    if (!(error instanceof GoSyntaxError)) throw error;
    throw new GatewayError('request_invalid', 'invalid JSON body', { cause: error });
  }
}

/** The same where the wire is ours: the text says which field does not fit, and what would. */
export function decodeOwnBody<T>(body: Uint8Array, shape: GoDecoder<T>): T {
  try {
    return decodeBody(body, shape);
  } catch (error) {
    if (!(error instanceof GatewayError) || !(error.cause instanceof GoSyntaxError)) throw error;
    throw new GatewayError(error.code, `${error.message}: ${error.cause.message}`, { cause: error.cause });
  }
}

/** Throws GatewayError `request_invalid` with the given wire text unless the condition holds. */
export function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new GatewayError('request_invalid', message);
}

/** Longest name of a target, in bytes of UTF-8. */
const MAX_REFERENCE_BYTES = 4096;

/** Throws GatewayError `request_target_invalid` unless the name can stand in an audit record. */
export function demandReference(reference: string, message: string): void {
  if (reference.trim() === '' || Buffer.byteLength(reference) > MAX_REFERENCE_BYTES) {
    throw new GatewayError('request_target_invalid', message);
  }
}

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}$/;

/** True for what may name an evaluation, a model or a scanner: 1 to 256 characters that are safe in a label. */
export function isStableIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}

const encoder = new TextEncoder();

/**
 * The policy input as JSON text in UTF-8, in memory of its own: a pooled Buffer would drag its whole pool into the worker. `written` is a further
 * member by its name, whose value is JSON text already.
 */
export function encodeInput(input: Readonly<Record<string, unknown>>, written?: readonly [name: string, value: string]): Uint8Array {
  const text = JSON.stringify(input);
  return encoder.encode(written === undefined ? text : `${text.slice(0, -1)},${JSON.stringify(written[0])}:${written[1]}}`);
}
