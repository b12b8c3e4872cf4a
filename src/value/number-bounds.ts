/**
 * Digits that a number of an input or of a data file may take before or behind its point, written out without an exponent. An RSA modulus
 * of 8192 bits has 2467. Beyond some thousand digits the arithmetic of the guest takes whole seconds, aborts, or asks for gigabytes;
 * `1e999999999` is eleven bytes of text.
 */
export const MAX_NUMBER_DIGITS = 4096;

const LOWER_E = 0x65;
const UPPER_E = 0x45;
const POINT = 0x2e;
const PLUS = 0x2b;
const MINUS = 0x2d;

/** Whether the well-formed JSON number at `start` up to `end` has more digits than {@link MAX_NUMBER_DIGITS}. */
export function isHugeNumber(bytes: Uint8Array, start: number, end: number): boolean {
  let exponentAt = start;
  while (exponentAt < end && bytes[exponentAt] !== LOWER_E && bytes[exponentAt] !== UPPER_E) exponentAt++;
  if (exponentAt === end && end - start <= MAX_NUMBER_DIGITS) return false;
  const first = bytes[start] === MINUS ? start + 1 : start;
  let point = first;
  while (point < exponentAt && bytes[point] !== POINT) point++;
  const fraction = Math.max(0, exponentAt - point - 1);
  const exponent = exponentAt === end ? 0 : exponentOf(bytes, exponentAt + 1, end);
  return Math.max(point - first, fraction, point - first + exponent, fraction - exponent) > MAX_NUMBER_DIGITS;
}

/** Reading stops where the value no longer matters. */
function exponentOf(bytes: Uint8Array, start: number, end: number): number {
  const sign = bytes[start];
  let at = sign === PLUS || sign === MINUS ? start + 1 : start;
  let value = 0;
  for (; at < end && value <= MAX_NUMBER_DIGITS * 2; at++) value = value * 10 + (bytes[at] ?? 0) - 0x30;
  return sign === MINUS ? -value : value;
}

const SHOWN = 32;

/** The number as a message quotes it. */
export function shownNumber(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.subarray(start, Math.min(end, start + SHOWN))).toString('latin1');
  return end - start > SHOWN ? `${text}… (${end - start} characters)` : text;
}
