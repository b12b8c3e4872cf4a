import * as z from 'zod';

/** Milliseconds per unit; a bare number means seconds, as DefenseClaw's own timeouts do. */
const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

const PATTERN = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)?$/;

/** Milliseconds of `"500ms"`, `"30s"`, `"1.5m"`, `"2h"` or a number of seconds; undefined when it is none of these. */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value * UNITS.s : undefined;
  const match = PATTERN.exec(value.trim());
  if (match === null) return undefined;
  const unit = UNITS[(match[2] ?? 's') as keyof typeof UNITS];
  return Number(match[1]) * unit;
}

/** Milliseconds as the shortest text that {@link parseDuration} reads back: `1500` -> `1500ms`, `30000` -> `30s`. */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms % UNITS.h === 0) return `${ms / UNITS.h}h`;
  if (ms > 0 && ms % UNITS.m === 0) return `${ms / UNITS.m}m`;
  if (ms % UNITS.s === 0) return `${ms / UNITS.s}s`;
  return `${ms}ms`;
}

/** Setting that is a length of time between two bounds, both given in the setting's own notation. Its value is whole milliseconds. */
export function duration(
  min: string,
  max: string,
): z.ZodPipe<z.ZodUnion<readonly [z.ZodNumber, z.ZodString]>, z.ZodTransform<number, string | number>> {
  const low = parseDuration(min) ?? 0;
  const high = parseDuration(max) ?? Infinity;
  const expected = `Expected a duration from ${min} to ${max} (seconds, or a text like "500ms", "30s", "5m")`;
  const text = z.union([z.number(), z.string()], { error: expected });
  const setting = text.transform((value, context) => {
    const ms = parseDuration(value);
    // Timers count in whole milliseconds; rounding up keeps a tiny limit from becoming "none".
    const whole = ms === undefined ? undefined : Math.ceil(ms);
    if (whole !== undefined && whole >= low && whole <= high) return whole;
    const got = typeof value === 'string' ? JSON.stringify(value) : String(value);
    context.addIssue(`${expected}, got ${got}`);
    return z.NEVER;
  });
  return setting.meta({ range: `${min} to ${max}`, kind: 'duration' });
}
