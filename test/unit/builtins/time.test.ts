import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../../../src/builtins/builtin.js';
import { formatTerm } from '../../../src/value/format-term.js';
import { RegoDecimal } from '../../../src/value/value.js';
import type { RegoValue } from '../../../src/value/value.js';
import { call, NOW_NS } from '../../helpers/builtin-calls.js';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

/** 2024-02-29T12:34:56.789012345Z. */
const LEAP_DAY = 1_709_210_096_789_012_345n;

/** A call as Rego would write it, for the names of tests. */
function title(name: string, args: readonly RegoValue[]): string {
  return `${name}(${args.map((arg) => formatTerm(arg)).join(', ')})`;
}

describe('time', () => {
  it('has one clock per evaluation, exact to the nanosecond', () => {
    expect(call('time.now_ns')).toBe(NOW_NS);
  });

  const answers: readonly (readonly [string, readonly RegoValue[], RegoValue])[] = [
    ['time.date', [LEAP_DAY], [2024, 2, 29]],
    ['time.date', [[LEAP_DAY, 'Pacific/Kiritimati']], [2024, 3, 1]],
    ['time.clock', [[LEAP_DAY, 'Asia/Kolkata']], [18, 4, 56]],
    ['time.clock', [new RegoDecimal('1e18')], [1, 46, 40]],
    ['time.weekday', [LEAP_DAY], 'Thursday'],
    ['time.weekday', [MIN], 'Tuesday'],
    ['time.add_date', [LEAP_DAY, 1, 0, 0], 1_740_832_496_789_012_345n],
    ['time.add_date', [[1_711_843_200_000_000_000n, 'Europe/Berlin'], 0, 0, 1], 1_711_926_000_000_000_000n],
    ['time.diff', [LEAP_DAY, 0], [54, 1, 28, 12, 34, 56]],
    ['time.diff', [[0, 'America/New_York'], 0], [0, 0, 0, 0, 0, 0]],
    ['time.parse_rfc3339_ns', ['2024-02-29T12:34:56.789012345Z'], LEAP_DAY],
    ['time.parse_rfc3339_ns', ['2024-02-29T18:04:56,7890123459+05:30'], LEAP_DAY],
    ['time.parse_rfc3339_ns', ['2262-04-11T23:47:16.854775807Z'], MAX],
    ['time.parse_ns', ['RFC850', 'Thursday, 29-Feb-24 12:34:56 UTC'], 1_709_210_096_000_000_000n],
    ['time.parse_ns', ['2006-01-02', '1970-01-01'], 0],
    ['time.parse_ns', ['2006 002', '2024 060'], 1_709_164_800_000_000_000n],
    ['time.parse_ns', ['3:04PM 06', '12:00AM 70'], 0],
    ['time.parse_duration_ns', ['1d2h30m'], 95_400_000_000_000],
    ['time.parse_duration_ns', ['-1.5h'], -5_400_000_000_000],
    ['time.parse_duration_ns', ['9223372036854775807ns'], MAX],
    ['time.parse_duration_ns', ['-9223372036854775808ns'], MIN],
  ];
  it.each(answers.map(([name, args, expected]) => [title(name, args), name, args, expected] as const))('%s', (_, name, args, expected) => {
    expect(formatTerm(call(name, ...args) ?? null)).toBe(formatTerm(expected));
  });

  it.each([
    ['', '2024-02-29T12:34:56.789012345Z'],
    ['RFC1123', 'Thu, 29 Feb 2024 12:34:56 UTC'],
    ['ANSIC', 'Thu Feb 29 12:34:56 2024'],
    ['2006-01-02T15:04:05.000-07:00', '2024-02-29T12:34:56.789+00:00'],
    ['Jan _2 3:04PM 06 .999', 'Feb 29 12:34PM 24 .789'],
    ['002 __2', '060  60'],
    ['January February', 'February February'],
  ])('writes the layout %j as %j', (layout, text) => {
    expect(call('time.format', [LEAP_DAY, 'UTC', layout])).toBe(text);
  });

  it.each([
    ['America/Los_Angeles', 'PST'],
    ['Europe/Paris', 'CET'],
    ['Asia/Tokyo', 'JST'],
    ['Asia/Shanghai', 'CST'],
    ['Asia/Dubai', '+04'],
    ['Australia/Lord_Howe', '+11'],
    ['Africa/Johannesburg', 'SAST'],
    ['Etc/GMT+5', '-05'],
    ['UTC', 'UTC'],
  ])('abbreviates %s in winter as %s', (zone, text) => {
    expect(call('time.format', [LEAP_DAY, zone, 'MST'])).toBe(text);
  });

  const refused: readonly (readonly [string, readonly RegoValue[]])[] = [
    ['time.date', [2n ** 63n]],
    ['time.date', [1.5]],
    ['time.date', [[]]],
    ['time.date', ['now']],
    ['time.date', [[0, 'europe/berlin']]],
    ['time.date', [[0, '+05:00']]],
    ['time.date', [[0, 'Nowhere']]],
    ['time.add_date', [MAX, 0, 0, 1]],
    ['time.add_date', [0, 10n ** 18n, 0, 0]],
    ['time.add_date', [0, 1.5, 0, 0]],
    ['time.parse_rfc3339_ns', ['2262-04-11T23:47:16.854775808Z']],
    ['time.parse_rfc3339_ns', ['2023-02-29T00:00:00Z']],
    ['time.parse_rfc3339_ns', ['2023-02-28T00:00:00']],
    ['time.parse_ns', ['2006', '2024!']],
    ['time.parse_duration_ns', ['1']],
    ['time.parse_duration_ns', ['1x']],
    ['time.parse_duration_ns', ['9223372036854775808ns']],
    ['time.parse_duration_ns', ['']],
  ];
  it.each(refused.map(([name, args]) => [title(name, args), name, args] as const))('refuses %s', (_, name, args) => {
    expect(() => call(name, ...args)).toThrow(BuiltinError);
  });
});
