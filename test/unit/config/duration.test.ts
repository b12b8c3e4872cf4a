import { describe, expect, it } from 'vitest';
import { duration, formatDuration, parseDuration } from '../../../src/config/duration.js';

describe('durations', () => {
  it.each([
    [30, 30_000],
    [0.5, 500],
    [0, 0],
    ['30', 30_000],
    ['0.5', 500],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    [' 5s ', 5000],
  ])('reads %j as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([-1, NaN, Infinity, '', 's', '-1s', '1d', '1 s', '1e3', '0x10', '1s2', '9999999999s', '١s'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([0, 1, 999, 1000, 1500, 30_000, 60_000, 90_000, 3_600_000])('prints %d ms so that it reads back', (ms) => {
    expect(parseDuration(formatDuration(ms))).toBe(ms);
  });

  it('holds a setting between its bounds and rounds up to whole milliseconds', () => {
    const setting = duration('1ms', '10m');
    expect(setting.parse(0.0001)).toBe(1);
    expect(setting.parse('10m')).toBe(600_000);
    for (const value of [0, '11m', 'soon', true, null]) {
      const parsed = setting.safeParse(value);
      expect(parsed.error?.issues[0]?.message).toContain('Expected a duration from 1ms to 10m');
    }
  });
});
