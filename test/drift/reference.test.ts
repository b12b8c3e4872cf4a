import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { REFERENCE_PAGES } from '../../src/reference/pages.js';

describe('generated reference pages', () => {
  it.each(REFERENCE_PAGES.map((page) => [page.file, page] as const))('%s says what the code says (npm run docs)', async (file, page) => {
    const written = await readFile(new URL(`../../src/reference/${file}`, import.meta.url), 'utf8');
    expect(written).toBe(page.render());
  });
});
