import * as z from 'zod';

/** Bytes per unit, by its name in lower case. `KB` is meant as people mean it who write it: 1024 bytes. */
const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 2 ** 10, kib: 2 ** 10, mb: 2 ** 20, mib: 2 ** 20, gb: 2 ** 30, gib: 2 ** 30 };

const PATTERN = /^(\d{1,12}(?:\.\d{1,9})?)\s?([a-z]{1,3})?$/i;

/** Bytes of a number or of `"512KiB"`, `"20MiB"`, `"1.5 MB"`; undefined when it is none of these. */
export function parseSize(value: string | number): number | undefined {
  if (typeof value === 'number') return value;
  const match = PATTERN.exec(value.trim());
  const unit = match === null ? undefined : UNITS[(match[2] ?? 'b').toLowerCase()];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** Setting that is a number of bytes between two bounds, both given in the setting's own notation. Its value is whole bytes. */
export function size(
  min: string,
  max: string,
): z.ZodPipe<z.ZodUnion<readonly [z.ZodNumber, z.ZodString]>, z.ZodTransform<number, string | number>> {
  const low = parseSize(min) ?? 0;
  const high = parseSize(max) ?? Infinity;
  const expected = `Expected a size from ${min} to ${max} (bytes, or a text like "512KiB", "20MiB")`;
  const text = z.union([z.number(), z.string()], { error: expected });
  const setting = text.transform((value, context) => {
    const bytes = parseSize(value);
    if (bytes !== undefined && Number.isInteger(bytes) && bytes >= low && bytes <= high) return bytes;
    context.addIssue(`${expected}, got ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`);
    return z.NEVER;
  });
  return setting.meta({ range: `${min} to ${max}`, kind: 'size' });
}
