import type { ProcessEnvironment } from '../../config/environment.js';
import type { Outcome } from '../../engine/engine.js';
import type { Log } from '../../log.js';
import { shortId } from '../../policy/source-set.js';
import { createNotifier } from './notifier.js';
import type { Notifier } from './notifier.js';

/** What the manager that started this process is told. */
export interface ServiceManager {
  /** It decides, or says why not: whoever is ordered behind it may start. Beats of the watchdog begin. */
  ready(outcome: Outcome | undefined): void;
  /** How an attempt ended. */
  attempted(outcome: Outcome): void;
  /** Says that a reload runs, and when it is over. */
  reloading(reload: () => Promise<unknown>): Promise<void>;
  /** It ends. Settles when that was said, or after a second: nobody's requests wait for a manager that does not listen. */
  stopping(): Promise<void>;
}

export interface ServiceManagerOptions {
  readonly environment: ProcessEnvironment;
  readonly log: Log;
  readonly pid?: number;
  /** Default: `systemd-notify` to where the environment says. */
  readonly notifier?: Notifier;
}

/** A process without a manager that listens, as on a terminal. */
const NOBODY: ServiceManager = {
  ready: () => undefined,
  attempted: () => undefined,
  reloading: async (reload) => {
    await reload();
  },
  stopping: () => Promise.resolve(),
};

/** Beats within the time after which the manager takes the process for hung. */
const BEATS = 2;

/** Nobody's requests wait longer for the word that it ends, in ms. */
const STOPPING_MS = 1_000;

/** Speaks to the service manager in the protocol of sd_notify(3), where the environment names one. */
export function createServiceManager({ environment, log, pid = process.pid, notifier }: ServiceManagerOptions): ServiceManager {
  const socket = environment['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return NOBODY;
  const { send } = notifier ?? createNotifier({ socket, path: environment['PATH'], log });
  const watchdogMs = watchdogOf(environment, pid);
  let beats: NodeJS.Timeout | undefined;
  let beating = false;
  let isReady = false;
  let ending = false;

  /** From the thread on which everything of the gateway runs: while it hangs there are no beats. */
  function beat(): void {
    if (beating) return;
    beating = true;
    void send('WATCHDOG=1').finally(() => (beating = false));
  }

  const status = (outcome: Outcome | undefined): string => `STATUS=${statusOf(outcome)}`;
  let last: Outcome | undefined;

  return {
    ready(outcome) {
      isReady = true;
      last ??= outcome;
      void send('READY=1', status(last));
      if (watchdogMs === undefined) return;
      beats = setInterval(beat, watchdogMs / BEATS).unref();
    },
    attempted(outcome) {
      last = outcome;
      if (isReady && !ending) void send(status(last));
    },
    async reloading(reload) {
      void send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`, 'STATUS=reloading the policies');
      try {
        await reload();
      } finally {
        if (!ending) void send('READY=1', status(last));
      }
    },
    stopping() {
      ending = true;
      clearInterval(beats);
      const enough = new Promise<void>((resolve) => void setTimeout(resolve, STOPPING_MS).unref());
      return Promise.race([send('STOPPING=1', 'STATUS=answering the requests under way'), enough]);
    },
  };
}

/** After how long without a beat this process is taken for hung, in ms; undefined when nobody looks. */
export function watchdogOf(environment: ProcessEnvironment, pid: number = process.pid): number | undefined {
  const usec = Number(environment['WATCHDOG_USEC']);
  const watched = environment['WATCHDOG_PID'];
  // The variables are inherited: they may be about a process above this one.
  if (watched !== undefined && watched !== '' && Number(watched) !== pid) return undefined;
  return Number.isSafeInteger(usec) && usec > 0 ? usec / 1000 : undefined;
}

/** One line for whoever asks for the state of the service. Codes and ids, no policy text: it is shown to everybody on the machine. */
function statusOf(outcome: Outcome | undefined): string {
  const serves = outcome?.revision === undefined ? 'no revision serves' : `serving ${shortId(outcome.revision)}`;
  if (outcome?.status === 'rejected') return `${serves}; the last reload was rejected (${outcome.error?.code ?? 'policy_rejected'})`;
  if (outcome?.pin !== undefined) return `${serves}, pinned`;
  return serves;
}
