import { describe, expect, it } from 'vitest';
import type { Engine, Outcome } from '../../../src/engine/engine.js';
import { GatewayError } from '../../../src/errors.js';
import type { ErrorCode } from '../../../src/errors.js';
import type { Scan } from '../../../src/policy/scan.js';
import { Reconciler } from '../../../src/watcher/reconcile.js';

type Answer = Partial<Outcome> & Pick<Outcome, 'status'>;
interface Disk {
  key: string;
  found: string | GatewayError | undefined;
}

const scanOf = (key: string): Scan => ({ root: '/p', files: [], problems: [], key, changedAt: 0, places: new Map() });
const refused = (code: ErrorCode, candidate?: string): Answer => ({
  status: 'rejected',
  error: { code, message: 'm' },
  ...(candidate === undefined ? {} : { candidate }),
});
const failed = (code: ErrorCode): GatewayError => new GatewayError(code, 'm');

/** What an engine with that answer has read: the fake's sets are their own keys. */
function readBy({ status, candidate, revision }: Answer): Pick<Outcome, 'read'> {
  const key = status === 'rejected' ? candidate : revision;
  return key === undefined ? {} : { read: key };
}

/** A reconciler on a disk that a test turns by hand and an engine that gives the answers it is told. */
function setUp(start: Disk, last?: Answer) {
  const disk = start;
  const outcome = (answer: Answer): Outcome => ({
    trigger: 'watch',
    asked: {},
    revision: undefined,
    previousRevision: undefined,
    modules: 0,
    durationMs: 0,
    stages: {},
    diagnostics: [],
    at: new Date(),
    ...readBy(answer),
    ...answer,
  });
  const answers: Answer[] = [];
  let reloads = 0;
  let during: () => void = () => undefined;
  let ended = last === undefined ? undefined : outcome(last);
  const engine: Pick<Engine, 'lastOutcome' | 'reload'> = {
    get lastOutcome() {
      return ended;
    },
    reload() {
      reloads++;
      during();
      const now = outcome(answers.shift() ?? { status: 'reloaded', revision: String(disk.found) });
      ended = now;
      return Promise.resolve(now);
    },
  };
  const reader = { scan: () => Promise.resolve(scanOf(disk.key)), peek: () => Promise.resolve({ ...disk }) };
  const reconciler = new Reconciler({ policyDir: '/p', engine, reader });
  return {
    disk,
    answers,
    round: () => reconciler.round(scanOf(disk.key)),
    reloads: () => reloads,
    reloadedByOther: (revision: string): void => {
      ended = outcome({ status: 'reloaded', revision });
    },
    whileReloading: (act: () => void): void => {
      during = act;
    },
    save: (key: string, found: Disk['found']): void => {
      disk.key = key;
      disk.found = found;
    },
  };
}

describe('reconcile', () => {
  it('asks for nothing when the engine has seen what lies there', async () => {
    const { round, reloads } = setUp({ key: 'k1', found: 'A' }, { status: 'reloaded', revision: 'A' });
    expect(await round()).toEqual({ moved: false });
    expect(reloads()).toBe(0);
  });

  it.each<[string, Answer | undefined]>([
    ['before the engine ever loaded', undefined],
    ['saved between boot and start', { status: 'reloaded', revision: 'old' }],
    ['mended since boot rejected it', refused('policy_rejected', 'broken')],
    ['whose compile at boot crashed', refused('compiler_crashed', 'A')],
    ['that appeared since boot', refused('policy_dir_missing')],
  ])('asks for a reload of a folder %s', async (_name, last) => {
    const { round, reloads } = setUp({ key: 'k1', found: 'A' }, last);
    expect(await round()).toEqual({ moved: true });
    expect(reloads()).toBe(1);
    expect(await round()).toEqual({ moved: false });
  });

  it.each<[string, Disk['found'], Answer]>([
    ['a set that boot rejected', 'A', refused('policy_rejected', 'A')],
    ['a failure to read that boot met', failed('policy_no_modules'), refused('policy_no_modules')],
  ])('does not ask again about %s', async (_name, found, last) => {
    const { round, reloads } = setUp({ key: 'k1', found }, last);
    expect(await round()).toEqual({ moved: false });
    expect(reloads()).toBe(0);
  });

  it('asks once for each content, not for each fingerprint', async () => {
    const { round, save, reloads } = setUp({ key: 'k1', found: 'A' }, { status: 'reloaded', revision: 'A' });
    await round();
    save('k2', 'A');
    expect(await round()).toEqual({ moved: false });
    save('k3', 'B');
    expect(await round()).toEqual({ moved: true });
    expect(reloads()).toBe(1);
  });

  it('does not ask about what another trigger has loaded meanwhile', async () => {
    const { round, save, reloads, reloadedByOther } = setUp({ key: 'k1', found: 'A' }, { status: 'reloaded', revision: 'A' });
    await round();
    save('k2', 'B');
    reloadedByOther('B');
    expect(await round()).toEqual({ moved: false });
    expect(reloads()).toBe(0);
  });

  it('asks about a broken save and again when it is taken back', async () => {
    const { round, save, reloads, answers } = setUp({ key: 'k1', found: 'A' }, { status: 'reloaded', revision: 'A' });
    await round();
    save('k2', 'broken');
    answers.push(refused('policy_rejected', 'broken'), { status: 'unchanged', revision: 'A' });
    expect(await round()).toEqual({ moved: true });
    save('k3', 'A');
    expect(await round()).toEqual({ moved: true });
    expect(reloads()).toBe(2);
  });

  it('comes back at once when the folder moved while the engine was at it', async () => {
    const { round, save, reloads, whileReloading, answers } = setUp({ key: 'k1', found: 'A' });
    whileReloading(() => save('k2', 'B'));
    answers.push({ status: 'reloaded', revision: 'A' });
    expect(await round()).toEqual({ moved: true, againInMs: 0 });
    whileReloading(() => undefined);
    expect(await round()).toEqual({ moved: true });
    expect(reloads()).toBe(2);
  });

  it('does not ask twice when the engine itself saw the later state', async () => {
    const { round, save, reloads, whileReloading } = setUp({ key: 'k1', found: 'half' });
    whileReloading(() => save('k2', 'whole'));
    expect(await round()).toEqual({ moved: true, againInMs: 0 });
    expect(await round()).toEqual({ moved: false });
    expect(reloads()).toBe(1);
  });

  it.each<[string, Disk['found'], Answer]>([
    ['the folder never held still', 'A', refused('policy_unsettled', 'A')],
    ['the compiler crashed', 'A', refused('compiler_crashed', 'A')],
    ['a file was gone for the engine alone', 'A', refused('policy_unreadable')],
    ['the folder was gone for the engine alone', 'A', refused('policy_dir_missing')],
    ['a file was torn for the look', undefined, refused('policy_unreadable')],
  ])('tries again by itself, more and more slowly, when %s', async (_name, found, answer) => {
    const { round, answers } = setUp({ key: 'k1', found });
    const pauses: (number | undefined)[] = [];
    for (let turn = 0; turn < 9; turn++) {
      answers.splice(0, 1, answer);
      pauses.push((await round()).againInMs);
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, undefined, undefined]);
  });

  it('stops trying once it worked', async () => {
    const { round, answers, reloads } = setUp({ key: 'k1', found: 'A' });
    answers.push(refused('compiler_crashed', 'A'));
    expect(await round()).toEqual({ moved: true, againInMs: 100 });
    expect(await round()).toEqual({ moved: false });
    expect(await round()).toEqual({ moved: false });
    expect(reloads()).toBe(2);
  });

  it.each<[string, Disk['found'], Answer]>([
    ['what the compiler refuses', 'A', refused('policy_rejected', 'A')],
    ['what neither of them can read', failed('policy_unreadable'), refused('policy_unreadable')],
  ])('does not try %s again', async (_name, found, answer) => {
    const { round, answers } = setUp({ key: 'k1', found });
    answers.push(answer);
    expect(await round()).toEqual({ moved: true });
  });
});
