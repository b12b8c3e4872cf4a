import { describe, expect, it } from 'vitest';
import { createSingleFlight } from '../../../src/engine/single-flight.js';

/** A job whose runs end when told. */
function manualJob(): { job: (name: string) => Promise<string>; ran: string[]; finish: (index: number, error?: Error) => Promise<void> } {
  const ran: string[] = [];
  const ends: ((error?: Error) => void)[] = [];
  return {
    ran,
    job: (name) =>
      new Promise((resolve, reject) => {
        ran.push(name);
        ends.push((error) => (error === undefined ? resolve(`done ${name}`) : reject(error)));
      }),
    async finish(index, error) {
      ends[index]?.(error);
      await new Promise(setImmediate);
    },
  };
}

const join = (a: string, b: string): string => `${a}+${b}`;

describe('single flight with a trailing run', () => {
  it('gives callers during a run one shared further run, not the answer of the running one', async () => {
    const { job, ran, finish } = manualJob();
    const run = createSingleFlight(job, join);
    const first = run('a');
    const second = run('b');
    const third = run('c');
    expect(ran).toEqual(['a']);
    await finish(0);
    expect(ran).toEqual(['a', 'b+c']);
    await finish(1);
    expect(await Promise.all([first, second, third])).toEqual(['done a', 'done b+c', 'done b+c']);
  });

  it('starts at once again after a run ended', async () => {
    const { job, ran, finish } = manualJob();
    const run = createSingleFlight(job, join);
    void run('a');
    await finish(0);
    void run('b');
    expect(ran).toEqual(['a', 'b']);
  });

  it('runs the trailing job also when the first one fails, and only the first caller sees that failure', async () => {
    const { job, finish } = manualJob();
    const run = createSingleFlight(job, join);
    const first = run('a').catch((error: unknown) => error);
    const second = run('b');
    await finish(0, new Error('broken'));
    await finish(1);
    expect(await first).toEqual(new Error('broken'));
    expect(await second).toBe('done b');
  });

  it('gives a caller during the trailing run yet another run', async () => {
    const { job, ran, finish } = manualJob();
    const run = createSingleFlight(job, join);
    void run('a');
    void run('b');
    await finish(0);
    void run('c');
    expect(ran).toEqual(['a', 'b']);
    await finish(1);
    expect(ran).toEqual(['a', 'b', 'c']);
  });
});
