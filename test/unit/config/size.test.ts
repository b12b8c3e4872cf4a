import { describe, expect, it } from 'vitest';
import { parseSize, size } from '../../../src/config/size.js';

describe('a size', () => {
  it.each([
    [4096, 4096],
    ['4096', 4096],
    ['512KiB', 512 << 10],
    ['512 kb', 512 << 10],
    ['1.5MiB', 1.5 * (1 << 20)],
    ['1GB', 1 << 30],
    ['1 TiB', undefined],
    ['MiB', undefined],
    ['-1', undefined],
    ['', undefined],
  ])('is read from %j as %j', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each([1023, '3MiB', '1.0001KiB', Number.NaN])('is refused when it is %j of 1KiB to 2MiB', (value) => {
    const { success, error } = size('1KiB', '2MiB').safeParse(value);
    expect(success).toBe(false);
    if (!Number.isNaN(value)) expect(error?.issues[0]?.message).toContain('Expected a size from 1KiB to 2MiB');
  });
});
