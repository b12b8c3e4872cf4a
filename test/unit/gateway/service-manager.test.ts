import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createServiceManager, watchdogOf } from '../../../src/gateway/service-manager/service-manager.js';
import { createNotifier } from '../../../src/gateway/service-manager/notifier.js';
import { silentLog } from '../../../src/log.js';
import { outcome, REVISION_ID } from '../../contract/http/fake-engine.js';

const SOCKET = { NOTIFY_SOCKET: '/run/notify' };
const serving = outcome({ status: 'reloaded', revision: REVISION_ID });
const rejected = outcome({
  status: 'rejected',
  revision: REVISION_ID,
  error: { code: 'policy_rejected', message: 'a.rego:3: secret text' },
});

function managed(environment: Readonly<Record<string, string>> = {}) {
  const sent: string[][] = [];
  const notifier = { send: (...variables: readonly string[]) => Promise.resolve(void sent.push([...variables])) };
  return { sent, manager: createServiceManager({ environment: { ...SOCKET, ...environment }, log: silentLog, notifier, pid: 42 }) };
}

describe('the service manager', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is told when the gateway is ready, what each attempt came to, and that it ends', async () => {
    const { sent, manager } = managed();
    manager.ready(serving);
    manager.attempted(rejected);
    manager.attempted(outcome({ status: 'rejected', revision: undefined }));
    manager.attempted(outcome({ status: 'held', revision: REVISION_ID, pin: { revision: REVISION_ID, at: new Date(0) } }));
    await manager.stopping();
    manager.attempted(serving);
    expect(sent).toEqual([
      ['READY=1', 'STATUS=serving 0123456789ab'],
      ['STATUS=serving 0123456789ab; the last reload was rejected (policy_rejected)'],
      ['STATUS=no revision serves; the last reload was rejected (policy_rejected)'],
      ['STATUS=serving 0123456789ab, pinned'],
      ['STOPPING=1', 'STATUS=answering the requests under way'],
    ]);
    expect(JSON.stringify(sent)).not.toContain('secret');
  });

  it('is told nothing of attempts before the gateway is ready', () => {
    const { sent, manager } = managed();
    manager.attempted(rejected);
    manager.ready(serving);
    expect(sent).toEqual([['READY=1', 'STATUS=serving 0123456789ab; the last reload was rejected (policy_rejected)']]);
  });

  it('is told of a reload when it begins, on its clock, and when it is over, however it ends', async () => {
    const { sent, manager } = managed();
    manager.ready(serving);
    await expect(manager.reloading(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(sent.slice(1)).toEqual([
      ['RELOADING=1', expect.stringMatching(/^MONOTONIC_USEC=\d+$/), 'STATUS=reloading the policies'],
      ['READY=1', 'STATUS=serving 0123456789ab'],
    ]);
  });

  it('hears two beats in the time after which it would take the gateway for hung, from when it is ready until it ends', async () => {
    const { sent, manager } = managed({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '42' });
    const beats = (): number => sent.filter(([first]) => first === 'WATCHDOG=1').length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(beats()).toBe(0);
    manager.ready(serving);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(beats()).toBe(4);
    void manager.stopping();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(beats()).toBe(4);
  });

  it('holds nobody up for longer than a second when it does not listen', async () => {
    const notifier = { send: () => new Promise<void>(() => undefined) };
    const manager = createServiceManager({ environment: SOCKET, log: silentLog, notifier });
    const stopped = vi.fn();
    void manager.stopping().then(stopped);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stopped).toHaveBeenCalledOnce();
  });

  it('is nobody where the environment names none', async () => {
    const { sent, manager } = managed({ NOTIFY_SOCKET: '', WATCHDOG_USEC: '1000' });
    const reload = vi.fn(() => Promise.resolve());
    manager.ready(serving);
    await manager.reloading(reload);
    await manager.stopping();
    expect(reload).toHaveBeenCalledOnce();
    expect(sent).toEqual([]);
  });
});

it.each([
  ['of this process', { WATCHDOG_USEC: '3000000', WATCHDOG_PID: '42' }, 3_000],
  ['of whoever is there', { WATCHDOG_USEC: '3000000' }, 3_000],
  ['of another process', { WATCHDOG_USEC: '3000000', WATCHDOG_PID: '41' }, undefined],
  ['that is off', { WATCHDOG_USEC: '0' }, undefined],
  ['that is no number', { WATCHDOG_USEC: 'soon' }, undefined],
  ['that is none', {}, undefined],
])('reads the time of a watchdog %s', (_, environment, expected) => {
  expect(watchdogOf(environment, 42)).toBe(expected);
});

it('says once that nobody can be told, and goes on', async () => {
  const warn = vi.fn();
  const { send } = createNotifier({ socket: '/nowhere/notify', path: '/nowhere', log: { ...silentLog, warn } });
  await send('READY=1');
  await send('WATCHDOG=1');
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]?.[1]).toMatch(/^the service manager cannot be told: spawn systemd-notify ENOENT/);
});
