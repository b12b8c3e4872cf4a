/** Verbs of Go's strconv.FormatFloat that this file knows; `b`, `x` and `X` print the binary form. */
export type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X';

/** Significant decimal digits and the place of the point: 0.digits × 10^point. Zero has no digits. */
interface Digits {
  readonly digits: string;
  readonly point: number;
}

/**
 * A finite or infinite float64 as Go's strconv.FormatFloat prints it. `precision` -1 asks for the fewest digits that read
 * back as the same number.
 */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  if (verb === 'b') return sign + binaryForm(magnitude);
  if (verb === 'x' || verb === 'X') return sign + hexForm(magnitude, verb, precision);
  return sign + decimalForm(magnitude, verb, precision);
}

function decimalForm(magnitude: number, verb: 'e' | 'E' | 'f' | 'g' | 'G', precision: number): string {
  const shortest = precision < 0;
  if (verb === 'f') {
    const digits = shortest ? shortestDigits(magnitude) : roundTo(exactDigits(magnitude), (exact) => exact.point + precision);
    return fixedForm(digits, shortest ? Math.max(digits.digits.length - digits.point, 0) : precision);
  }
  if (verb === 'e' || verb === 'E') {
    const digits = shortest ? shortestDigits(magnitude) : roundTo(exactDigits(magnitude), () => precision + 1);
    return exponentForm(digits, shortest ? Math.max(digits.digits.length - 1, 0) : precision, verb);
  }
  return generalForm(magnitude, verb, precision);
}

function generalForm(magnitude: number, verb: 'g' | 'G', precision: number): string {
  const shortest = precision < 0;
  const wanted = precision === 0 ? 1 : precision;
  const digits = shortest ? shortestDigits(magnitude) : roundTo(exactDigits(magnitude), () => wanted);
  const count = digits.digits.length;
  const places = shortest ? count : wanted;
  let threshold = places > count && count >= digits.point ? count : places;
  if (shortest) threshold = 6;
  const exponent = digits.point - 1;
  if (exponent < -4 || exponent >= threshold) {
    return exponentForm(digits, Math.min(places, count) - 1, verb === 'g' ? 'e' : 'E');
  }
  return fixedForm(digits, Math.max((places > digits.point ? count : places) - digits.point, 0));
}

/** The fewest digits that read back: the same that JavaScript prints. */
function shortestDigits(magnitude: number): Digits {
  if (magnitude === 0) return { digits: '', point: 0 };
  const [mantissa = '', exponent = '0'] = magnitude.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

/** All digits of the binary fraction: m × 2^-k is m × 5^k / 10^k. */
function exactDigits(magnitude: number): Digits {
  const { mantissa, exponent } = split(magnitude);
  if (mantissa === 0n) return { digits: '', point: 0 };
  const whole = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const text = whole.toString();
  return { digits: text.replace(/0+$/, ''), point: text.length + Math.min(exponent, 0) };
}

/** Rounds half to even to that many digits. */
function roundTo(exact: Digits, countOf: (exact: Digits) => number): Digits {
  const count = countOf(exact);
  const { digits, point } = exact;
  if (count >= digits.length) return exact;
  if (count < 0) return { digits: '', point: 0 };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const half = rest === '5';
  const up = half ? Number(kept.at(-1) ?? '0') % 2 === 1 : rest >= '5';
  if (!up) {
    const trimmed = kept.replace(/0+$/, '');
    return trimmed === '' ? { digits: '', point: 0 } : { digits: trimmed, point };
  }
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString();
  return { digits: raised.replace(/0+$/, ''), point: point + Math.max(raised.length - count, 0) };
}

function exponentForm({ digits, point }: Digits, precision: number, letter: 'e' | 'E'): string {
  const fraction = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, '0')}` : '';
  const exponent = digits === '' ? 0 : point - 1;
  return `${digits[0] ?? '0'}${fraction}${letter}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function fixedForm({ digits, point }: Digits, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (precision <= 0) return whole;
  const fraction = point >= 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, precision)) + digits;
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`;
}

function binaryForm(magnitude: number): string {
  const { mantissa, exponent } = split(magnitude);
  return `${mantissa}p${exponent >= 0 ? '+' : ''}${exponent}`;
}

function hexForm(magnitude: number, verb: 'x' | 'X', precision: number): string {
  let { mantissa, exponent } = split(magnitude);
  if (mantissa !== 0n) {
    const shift = 53 - mantissa.toString(2).length;
    mantissa <<= BigInt(shift);
    exponent += 52 - shift;
  } else {
    exponent = 0;
  }
  // 13 hex digits stand after the point of a float64; rounding drops some of them, half to even.
  let places = 13;
  if (precision >= 0 && precision < places) {
    const dropped = BigInt(4 * (places - precision));
    const half = 1n << (dropped - 1n);
    const rest = mantissa & ((1n << dropped) - 1n);
    mantissa >>= dropped;
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa += 1n;
    places = precision;
    if (mantissa >> BigInt(4 * places) > 1n) {
      mantissa >>= 1n;
      exponent += 1;
    }
  }
  const point = BigInt(4 * places);
  let fraction = (mantissa & ((1n << point) - 1n)).toString(16).padStart(places, '0').slice(0, places);
  fraction = precision < 0 ? fraction.replace(/0+$/, '') : fraction.padEnd(precision, '0');
  if (places === 0) fraction = '';
  const text = `0x${mantissa >> point}${fraction === '' ? '' : `.${fraction}`}p${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return verb === 'X' ? text.toUpperCase() : text;
}

const VIEW = new DataView(new ArrayBuffer(8));

/** value = mantissa × 2^exponent, as the 64 bits hold it. */
function split(value: number): { mantissa: bigint; exponent: number } {
  VIEW.setFloat64(0, value);
  const bits = VIEW.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  return biased === 0 ? { mantissa: fraction, exponent: -1074 } : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}
