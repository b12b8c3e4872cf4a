import { Decimal } from 'decimal.js';
import { BuiltinError } from '../builtin.js';

/** Nanoseconds per unit of Go's durations; both the micro sign and the Greek mu stand for micro. */
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

/** OPA's own units, in hours. */
const LONG_UNITS: Readonly<Record<string, number>> = { d: 24, w: 7 * 24, y: 365 * 24 };

const MAX = 2n ** 63n;

/** Nanoseconds of a Go duration, also with OPA's days, weeks and years (`1d2h30m`). Throws BuiltinError. */
export function parseDuration(text: string): bigint {
  return goDuration(/[dwy]/.test(text) ? inHours(text) : text, text);
}

/** Rewrites days, weeks and years as hours; the rest of the text stays. */
function inHours(text: string): string {
  if (!/^[-+]?(?:[0-9.]+(?:ms|us|\u00b5s|ns|[a-z]))+$/u.test(text)) throw invalid(text);
  return text.replace(/([0-9.]+)([dwy])/g, (_, digits: string, unit: string) => {
    if (!/^(?:\d+\.?\d*|\.\d+)$/.test(digits)) throw invalid(text);
    const hours = Number(digits) * (LONG_UNITS[unit] ?? 1);
    if (!Number.isFinite(hours)) throw invalid(text);
    return `${new Decimal(hours).toFixed()}h`;
  });
}

function goDuration(text: string, original: string): bigint {
  const negative = text.startsWith('-');
  let rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') throw invalid(original);
  let total = 0n;
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?([^0-9.]*)/.exec(rest);
    const [all = '', whole = '', fraction = '', name = ''] = match ?? [];
    if (whole === '' && fraction === '') throw invalid(original);
    if (name === '') throw new BuiltinError(`time: missing unit in duration ${JSON.stringify(original)}`);
    const unit = UNITS.get(name);
    if (unit === undefined) throw new BuiltinError(`time: unknown unit ${JSON.stringify(name)} in duration ${JSON.stringify(original)}`);
    // Twenty digits are beyond int64; longer texts are not worth the arithmetic.
    const significant = whole.replace(/^0+/, '');
    if (significant.length > 19) throw invalid(original);
    const part = BigInt(significant === '' ? 0 : significant);
    if (part > MAX / unit) throw invalid(original);
    total += part * unit + fractionOf(fraction, unit);
    if (total > MAX) throw invalid(original);
    rest = rest.slice(all.length);
  }
  if (total === MAX && !negative) throw invalid(original);
  return negative ? -total : total;
}

/** Go computes the fraction in float64 and stops reading digits before they overflow an int64. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > (MAX - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > MAX) break;
    value = next;
    scale *= 10;
  }
  return value === 0n ? 0n : BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

function invalid(text: string): BuiltinError {
  return new BuiltinError(`time: invalid duration ${JSON.stringify(text)}`);
}
