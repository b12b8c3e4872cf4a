import { validateInput } from '../../value/json-input.js';
import { GatewayError } from '../../errors.js';
import { firstValue, isObjectAt, members, skipBlanks } from '../json/scan.js';
import type { Member } from '../json/scan.js';

/** What the body of a Data API request says. */
export interface Envelope {
  /** The bytes of `input` as they were sent; absent when there was none, or null, which OPA takes for none. */
  readonly input?: Uint8Array;
}

/**
 * Reads `{"input": …}` without building it: the input goes on as the bytes that came. Throws `evaluation_input_invalid` or
 * `evaluation_input_too_deep`.
 */
export function readEnvelope(body: Uint8Array, maxDepth: number): Envelope {
  const sole = soleInput(body);
  if (sole !== undefined) {
    try {
      validateInput(sole, { maxDepth });
      return withoutNull(sole);
    } catch (thrown) {
      // Too deep it stays however it is read; but it may only look malformed, because further members follow the input.
      if (thrown instanceof GatewayError && thrown.code === 'evaluation_input_too_deep') throw thrown;
    }
  }
  return inputIn(body, topLevel(body, maxDepth));
}

/** The same of a body whose members are known. */
export function inputIn(body: Uint8Array, members: readonly Member[]): Envelope {
  const input = members.findLast(({ name }) => name.toLowerCase() === 'input');
  return input === undefined ? {} : withoutNull(body.subarray(input.start, input.end));
}

/**
 * Members of the object that a body is; none for an empty body or `null`. Bytes after the first value are ignored, as OPA does. The object
 * is one level around the input, whose own bound `maxDepth` is.
 */
export function topLevel(body: Uint8Array, maxDepth: number): readonly Member[] {
  const { start, end } = firstValue(body);
  if (start === body.length) return [];
  const value = body.subarray(start, end);
  try {
    validateInput(value, { maxDepth: maxDepth + 1 });
  } catch (cause) {
    if (cause instanceof GatewayError && cause.code === 'evaluation_input_too_deep') throw cause;
    throw malformed(cause);
  }
  if (isObjectAt(value, 0)) return members(body, start);
  if (isNull(value)) return [];
  throw new GatewayError('evaluation_input_invalid', 'body contains malformed input document: expected an object');
}

/** One value given on its own: a query parameter, or a body that is nothing but its input, which may be empty. */
export function readBareInput(bytes: Uint8Array, what: 'body' | 'parameter', maxDepth: number): Uint8Array {
  const { start, end } = what === 'body' ? firstValue(bytes) : { start: 0, end: bytes.length };
  const value = bytes.subarray(start, end);
  if (what === 'body' && value.length === 0) return value;
  try {
    validateInput(value, { maxDepth });
    return value;
  } catch (cause) {
    if (cause instanceof GatewayError && cause.code === 'evaluation_input_too_deep') throw cause;
    throw malformed(cause, what);
  }
}

function malformed(cause: unknown, what = 'body'): GatewayError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GatewayError('evaluation_input_invalid', `${what} contains malformed input document: ${reason}`, { cause });
}

const OPENING = Buffer.from('"input"');

/**
 * The value of a body that begins with `{"input":`, up to the last brace: if that is one well-formed value, then it is the only member
 * and nothing else needs a look. Nearly every client sends just this.
 */
function soleInput(body: Uint8Array): Uint8Array | undefined {
  let at = skipBlanks(body, 0);
  if (!isObjectAt(body, at)) return undefined;
  at = skipBlanks(body, at + 1);
  for (const code of OPENING) {
    if (body[at] !== code) return undefined;
    at += 1;
  }
  at = skipBlanks(body, at);
  if (body[at] !== 0x3a) return undefined;
  at = skipBlanks(body, at + 1);
  const end = body.lastIndexOf(0x7d);
  return end <= at ? undefined : body.subarray(at, end);
}

function withoutNull(input: Uint8Array): Envelope {
  return isNull(input) ? {} : { input };
}

function isNull(value: Uint8Array): boolean {
  return value[0] === 0x6e;
}
