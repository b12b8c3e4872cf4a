import { expect, it } from 'vitest';
import { namesEntry } from '../../../src/history/select.js';

it.each(['serving', 'previous', '~2', '12', '#12', '0a1b2c', '0A1B2C3D4E5F'])('%s names something that is kept', (name) => {
  expect(namesEntry(name)).toBe(true);
});

it.each(['p', 'policies', './serving', '12/', '/tmp/12', '0a1b2', 'cafes'])('%s is the name of a folder', (name) => {
  expect(namesEntry(name)).toBe(false);
});
