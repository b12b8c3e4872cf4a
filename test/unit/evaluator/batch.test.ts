import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packBatch, unpackBatch } from '../../../src/evaluator/pool/batch.js';
import type { BatchItem } from '../../../src/evaluator/pool/batch.js';
import { PrintBuffer } from '../../../src/evaluator/pool/print-buffer.js';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const item: fc.Arbitrary<BatchItem> = fc.record({
  sequence: int32,
  generation: fc.nat(),
  entrypoint: fc.nat(),
  strict: fc.boolean(),
  metrics: fc.boolean(),
  timeoutMs: fc.nat({ max: 2 ** 31 - 1 }),
  input: fc.option(fc.uint8Array(), { nil: undefined }),
});

describe('a batch', () => {
  it('unpacks to what was packed', () => {
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const found: BatchItem[] = [];
        unpackBatch(packBatch(items.map((one) => ({ ...one, generation: { id: one.generation } }))), (one) => found.push(one));
        expect(found).toEqual(items);
      }),
    );
  });
});

describe('the print buffer', () => {
  it('bounds lines and their length, and says what it left out', () => {
    const sent: (readonly string[])[] = [];
    const buffer = new PrintBuffer((lines) => sent.push(lines));
    buffer.flush();
    for (let line = 0; line < 250; line++) buffer.add('x'.repeat(line === 0 ? 10_000 : 1));
    buffer.flush();
    buffer.add('next');
    buffer.flush();
    expect(sent).toHaveLength(2);
    expect(sent[0]).toHaveLength(201);
    expect(sent[0]?.[0]).toHaveLength(4097);
    expect(sent[0]?.at(-1)).toBe('… and 50 more lines');
    expect(sent[1]).toEqual(['next']);
  });
});
