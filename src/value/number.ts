import { RegoDecimal } from './value.js';

/** Integers longer than this stay text: BigInt parsing is quadratic, and no arithmetic is done on them in JavaScript. */
const MAX_BIGINT_DIGITS = 4096;

const INTEGER = /^-?\d+$/;

/**
 * The one form of a JSON number's text: a number where printing it gives the text back, a bigint for other integers,
 * else the text itself.
 */
export function numberFromText(text: string): number | bigint | RegoDecimal {
  const number = Number(text);
  if (String(number) === text) return number;
  if (text.length <= MAX_BIGINT_DIGITS && INTEGER.test(text)) {
    const integer = BigInt(text);
    if (String(integer) === text) return integer;
  }
  return new RegoDecimal(text);
}
