/** A piece of JSON text, by offsets into its bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Member extends Span {
  readonly name: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;

export function skipBlanks(bytes: Uint8Array, position: number): number {
  let at = position;
  while (at < bytes.length && isBlank(bytes[at])) at += 1;
  return at;
}

function isBlank(code: number | undefined): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The first value of a text by its brackets and quotes alone; whether it is well-formed is for a validator to say. */
export function firstValue(bytes: Uint8Array, position = 0): Span {
  const start = skipBlanks(bytes, position);
  return { start, end: endOfValue(bytes, start) };
}

/** The members of the well-formed object that begins at `start`, in their order, repeats included. */
export function members(bytes: Uint8Array, start: number): Member[] {
  const found: Member[] = [];
  let at = skipBlanks(bytes, start + 1);
  while (bytes[at] === QUOTE) {
    const nameEnd = endOfString(bytes, at);
    const name = JSON.parse(Buffer.from(bytes.subarray(at, nameEnd)).toString('utf8')) as string;
    const value = firstValue(bytes, skipBlanks(bytes, nameEnd) + 1);
    found.push({ name, ...value });
    // Past the comma, or onto the closing brace, which ends the loop.
    at = skipBlanks(bytes, value.end);
    if (bytes[at] === 0x2c) at = skipBlanks(bytes, at + 1);
  }
  return found;
}

export function isObjectAt(bytes: Uint8Array, position: number): boolean {
  return bytes[position] === OPEN_BRACE;
}

function endOfValue(bytes: Uint8Array, start: number): number {
  let depth = 0;
  let at = start;
  while (at < bytes.length) {
    const code = bytes[at];
    if (code === QUOTE) at = endOfString(bytes, at);
    else if (code === OPEN_BRACE || code === 0x5b) {
      depth += 1;
      at += 1;
    } else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) return at;
      depth -= 1;
      at += 1;
    } else if (depth > 0) {
      at += 1;
      continue;
    } else if (isBlank(code) || code === 0x2c || code === 0x3a) return at;
    else {
      at += 1;
      continue;
    }
    if (depth === 0) return at;
  }
  return at;
}

/** Index past the closing quote of the string that opens at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at + 1, bytes.length);
}
