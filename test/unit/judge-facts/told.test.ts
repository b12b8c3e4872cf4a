import { describe, expect, it } from 'vitest';
import { readCall } from '../../../src/judge/facts/read-call.js';

const of = (command: string): ReturnType<typeof readCall> => readCall({ tool: 'shell', args: { members: [['command', command]] } });

describe('facts', () => {
  it('are two when nothing but the middle of a long word tells them apart', () => {
    const [one, other] = [`/srv/${'a'.repeat(40)}/same/end`, `/srv/${'a'.repeat(39)}b/same/end`];
    const { commands, reads, writes } = of(`cat ${one}; cat ${other}; : > ${one}; : > ${other}`);
    expect(commands.map(({ operands }) => operands)).toEqual([[one], [other], []]);
    expect(reads.map(({ path }) => path)).toEqual([one, other]);
    expect(writes.map(({ path }) => path)).toEqual([one, other]);
  });

  it('are two when their words end elsewhere', () => {
    expect(of('echo ab c; echo a bc; echo "ab c"; echo ab c').commands.map(({ operands }) => operands)).toEqual([
      ['ab', 'c'],
      ['a', 'bc'],
      ['ab c'],
    ]);
  });

  it('are two when they are started in another way', () => {
    expect(of('id; sudo id; id; sudo id').commands.map(({ via }) => via)).toEqual([[], ['sudo']]);
  });

  it('are told 512 of a kind, and that there were more', () => {
    const many = (count: number): ReturnType<typeof readCall> => of(Array.from({ length: count }, (_, index) => `x${index}`).join('\n'));
    expect(many(512)).toMatchObject({ commands: { length: 512 }, truncated: false });
    expect(many(513)).toMatchObject({ commands: { length: 512 }, truncated: true });
  });
});
