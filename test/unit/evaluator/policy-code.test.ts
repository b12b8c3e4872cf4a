import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/evaluator/compile-module.js';
import { partsById, policyCode, withoutParts, withParts } from '../../../src/evaluator/policy-code.js';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

function section(name: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from([name.length]), Buffer.from(name), content]);
  const size = body.byteLength;
  return Buffer.concat([Buffer.from([0, (size & 0x7f) | 0x80, size >> 7]), body]);
}

const PARTS = [Buffer.from([...HEADER, 0, 2, 1, 65]), Buffer.concat([Buffer.from(HEADER), section('name', Buffer.alloc(300))])];
const LINKING = {
  ...{ table: 1, heap: 8, functions: {}, builtins: {}, entrypoints: {} },
  parts: ['main', 'a', 'b'].map((id) => ({ id, constants: 0, table: 1 })),
};
const CODE = Buffer.concat([
  Buffer.from(HEADER),
  section('link', Buffer.from(JSON.stringify(LINKING))),
  ...PARTS.map((part) => section('part', part)),
]);

describe('the code of a policy', () => {
  it('is taken apart', () => {
    const { parts, linking } = policyCode(CODE);
    expect(linking).toEqual(LINKING);
    expect(parts.map((part) => Buffer.from(part))).toEqual([Buffer.from(HEADER), ...PARTS]);
  });

  it('travels without the parts that its receiver has', () => {
    const sent = withoutParts(CODE, new Set(['b', 'other']));
    expect([...partsById(policyCode(sent))].map(([id, { byteLength }]) => [id, byteLength])).toEqual([
      ['a', PARTS[0]?.byteLength],
      ['b', 0],
    ]);
    const whole = withParts(sent, new Map([['b', PARTS[1] ?? Buffer.alloc(0)]]));
    expect(policyCode(whole).parts.map((part) => Buffer.from(part))).toEqual([Buffer.from(HEADER), ...PARTS]);
    expect(() => withParts(sent, new Map())).toThrow('Expected the part b to be here');
  });

  it('may be one module that needs no linking, as it was kept before there were parts', async () => {
    const plain = Buffer.from([...HEADER, 0, 2, 1, 66]);
    const { modules, linking } = await compilePolicy(plain);
    expect(modules).toHaveLength(1);
    expect(linking).toBeUndefined();
    expect(withParts(plain, new Map())).toEqual(new Uint8Array(plain));
  });
});
