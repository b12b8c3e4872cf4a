import { describe, expect, it } from 'vitest';
import { decodeSegments } from '../../../src/judge/scan/encoded.js';

const b64 = (text: string): string => Buffer.from(text).toString('base64');

/** 24 digits, without padding. */
const SEGMENT = b64('hidden words, told');

describe('an encoded segment', () => {
  it.each([
    ['alone', ''],
    ['behind a word that is one digit too short', 'a'.repeat(23)],
    ['behind words', 'some words of all lengths, and a long_one: '],
    ['behind a space', ' '],
  ])('is found %s', (_, before) => {
    const text = `${before}${before === '' ? '' : '.'}${SEGMENT}`;
    const start = text.length - SEGMENT.length;
    for (const behind of ['', '.', ' and more', `.${'b'.repeat(23)}`]) {
      expect(decodeSegments(text + behind)).toEqual([{ span: { start, end: start + 24 }, text: 'hidden words, told' }]);
    }
  });

  it('is not found when it is too short', () => {
    expect(decodeSegments(b64('fifteen letters'))).toEqual([]);
    expect(decodeSegments(`${SEGMENT.slice(0, 12)} ${SEGMENT.slice(12)}`)).toEqual([]);
  });

  it('is found each time', () => {
    expect(decodeSegments(`${SEGMENT} ${SEGMENT},x ${SEGMENT}`).map(({ span }) => span.start)).toEqual([0, 25, 52]);
  });
});
