import { describe, expect, it } from 'vitest';
import type { Tally } from '../../../src/evaluator/tally.js';
import { Watchdog } from '../../../src/history/watchdog/watchdog.js';
import type { Bite, WatchdogSettings } from '../../../src/history/watchdog/watchdog.js';
import { silentLog } from '../../../src/log.js';
import { FakeEngine, fakeRevision, outcome } from '../../contract/http/fake-engine.js';

const [GOOD, BAD, WORSE] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];

/** A watchdog of 30 s, factor 3, minimum 10, unless told otherwise, on a clock that is set. */
function scene(settings: Partial<WatchdogSettings> = {}) {
  let time = 0;
  const bites: Bite[] = [];
  const engine = new FakeEngine(() => undefined, fakeRevision());
  const dog = new Watchdog({
    settings: { window: 30_000, factor: 3, minimum: 10, ...settings },
    log: silentLog,
    onBite: (bite) => bites.push(bite),
    now: () => time,
  });
  dog.follow(engine);
  return {
    engine,
    dog,
    bites,
    wait: (ms: number) => (time += ms),
    swap: async (from: string, to: string, trigger: 'watch' | 'rollback' = 'watch'): Promise<void> => {
      engine.next = outcome({ trigger, revision: to, previousRevision: from });
      await engine.reload();
      // What the watchdog itself asks for then changes nothing here.
      engine.next = outcome({ status: 'unchanged' });
      engine.reloads.length = 0;
    },
    note: (revision: string, counts: Partial<Tally>) =>
      dog.note({ revision, entrypoint: 'net/allow', asked: 0, errors: 0, timeouts: 0, undecided: 0, ...counts }),
  };
}

describe('the watchdog', () => {
  it.each(['errors', 'timeouts', 'undecided'] as const)('goes back when %s become too many', async (kind) => {
    const { engine, bites, swap, note } = scene();
    note(GOOD, { asked: 1000, [kind]: 50 });
    await swap(GOOD, BAD);
    note(BAD, { asked: 60, [kind]: 9 });
    expect(bites).toEqual([]);
    note(BAD, { asked: 10, [kind]: 2 });
    expect(bites).toMatchObject([{ kind, entrypoint: 'net/allow', from: BAD, to: GOOD }]);
    expect(bites[0]?.reason).toContain('of net/allow: 11 of 70 decisions, before 50 of 1000');
    expect(engine.reloads).toMatchObject([{ from: GOOD, pin: true, by: 'watchdog' }]);
    note(BAD, { asked: 100, [kind]: 100 });
    expect(bites).toHaveLength(1);
  });

  it('bears what was so before, what is rare, what comes late, and what an older revision does', async () => {
    const { bites, swap, note, wait } = scene();
    note(GOOD, { asked: 100, undecided: 40 });
    await swap(GOOD, BAD);
    note(BAD, { asked: 100, undecided: 100 });
    note(BAD, { asked: 10_000, errors: 9 });
    note(GOOD, { asked: 100, errors: 100 });
    wait(30_001);
    note(BAD, { asked: 100, errors: 100 });
    expect(bites).toEqual([]);
  });

  it('counts for a revision what it decided before word of its swap came', async () => {
    const { bites, swap, note, wait } = scene();
    await swap(WORSE, GOOD);
    wait(30_001);
    note(GOOD, { asked: 100 });
    note(BAD, { asked: 100, undecided: 100 });
    await swap(GOOD, BAD);
    note(BAD, { asked: 1, undecided: 1 });
    expect(bites).toMatchObject([{ kind: 'undecided', from: BAD, to: GOOD }]);
  });

  it('compares with the last window alone', async () => {
    const { bites, swap, note, wait } = scene();
    note(GOOD, { asked: 100, errors: 100 });
    wait(31_000);
    note(GOOD, { asked: 100 });
    await swap(GOOD, BAD);
    note(BAD, { asked: 100, errors: 10 });
    expect(bites).toHaveLength(1);
  });

  it('takes errors for a fault of what nobody had asked before, and undefined decisions for none', async () => {
    const { bites, swap, note } = scene();
    await swap(GOOD, BAD);
    note(BAD, { asked: 100, undecided: 100 });
    expect(bites).toEqual([]);
    note(BAD, { asked: 10, errors: 10 });
    expect(bites).toHaveLength(1);
  });

  it('goes back to what came through its watch, past an edit of a few seconds ago', async () => {
    const { bites, swap, note, wait } = scene();
    note(GOOD, { asked: 100 });
    await swap(GOOD, BAD);
    wait(1_000);
    await swap(BAD, WORSE);
    note(WORSE, { asked: 10, errors: 10 });
    expect(bites).toMatchObject([{ from: WORSE, to: GOOD }]);
  });

  it('knows what was asked of an edit of a few seconds ago alone', async () => {
    const { bites, swap, note, wait } = scene();
    await swap(GOOD, BAD);
    note(BAD, { asked: 15 });
    wait(1_000);
    await swap(BAD, WORSE);
    note(WORSE, { asked: 15, undecided: 15 });
    expect(bites).toMatchObject([{ from: WORSE, to: GOOD }]);
  });

  it('lets a person go back without watching that', async () => {
    const { dog, bites, swap, note } = scene();
    note(GOOD, { asked: 100 });
    await swap(GOOD, BAD, 'rollback');
    expect(dog.state.watching).toBeUndefined();
    note(BAD, { asked: 10, errors: 10 });
    expect(bites).toEqual([]);
  });
});
