import { pad } from './directive.js';
import type { Directive } from './directive.js';
import { formatFloat } from './float-text.js';
import type { FloatVerb } from './float-text.js';

const DEFAULT_PRECISION: Readonly<Record<string, number>> = { v: -1, b: -1, g: -1, G: -1, x: -1, X: -1, f: 6, F: 6, e: 6, E: 6 };

/** A float64 under a verb; undefined when the verb is not one for floats. */
export function formatFloatVerb(value: number, verb: string, directive: Directive): string | undefined {
  const usual = DEFAULT_PRECISION[verb];
  if (usual === undefined) return undefined;
  const shape = (verb === 'v' ? 'g' : verb === 'F' ? 'f' : verb) as FloatVerb;
  const precision = directive.precision ?? usual;
  const text = formatFloat(value, shape, precision);
  const signed = /^[+-]/.test(text) ? text : `+${text}`;
  const plain = signed.slice(1);
  const sign = signed.startsWith('-') ? '-' : directive.plus ? '+' : directive.space ? ' ' : '';
  if (plain === 'Inf') return pad((sign === '' ? '+' : sign) + plain, directive, false);
  const body = directive.sharp && shape !== 'b' ? withPoint(plain, shape, precision) : plain;
  if (directive.zero && !directive.minus && sign !== '') return sign + body.padStart((directive.width ?? 0) - 1, '0');
  return pad(sign + body, directive);
}

/** The `#` flag: always a point, and trailing zeros kept for `%g`. */
function withPoint(text: string, verb: FloatVerb, precision: number): string {
  const tailAt = text.search(verb === 'x' || verb === 'X' ? /[pP]/ : /[eE]/);
  const head = tailAt < 0 ? text : text.slice(0, tailAt);
  const tail = tailAt < 0 ? '' : text.slice(tailAt);
  let missing = verb === 'g' || verb === 'G' || verb === 'x' ? (precision === -1 ? 6 : precision) : 0;
  missing -= head.replace(/^[0.xX]*/, '').replace(/[.xX]/g, '').length;
  // The x of `0x` is counted as a digit by Go, and so is everything after it.
  if (verb === 'x' || verb === 'X') missing = (precision === -1 ? 6 : precision) - head.slice(1).replace('.', '').length;
  if (verb === 'X') missing = 0;
  const pointed = head.includes('.') ? head : `${head}.`;
  if (!head.includes('.') && head === '0') missing -= 1;
  return pointed + '0'.repeat(Math.max(missing, 0)) + tail;
}
