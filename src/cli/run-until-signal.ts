import { closeSync, openSync } from 'node:fs';

/** Something that runs until a signal ends it. */
export interface Running {
  reload(by: string): Promise<void>;
  shutDown(reason: string): Promise<void>;
}

/** Exit codes of a process that a signal ended a second time: 128 + number of the signal. */
const FORCED = { SIGINT: 130, SIGTERM: 143 } as const;

/** Ms that what is left has to end by itself. */
const LEFT_MS = 500;

/**
 * Starts something and waits for SIGTERM or SIGINT, which end it gracefully, and at once when they come again or before it runs. SIGHUP
 * makes it reload: one that comes while it starts is made up for, one that comes while it ends is nothing to it. It ends it where it says that
 * the terminal is gone that it was started on: nobody would know of it any more, and it would hold its port.
 */
export async function runUntilSignal(start: () => Promise<Running>): Promise<void> {
  const onTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  let hangUps = 0;
  let hungUp = (): void => void (hangUps += 1);
  process.on('SIGHUP', () => hungUp());
  const running = await start();
  const reason = await new Promise<string>((resolve) => {
    hungUp = () => {
      if (onTerminal && !hasTerminal()) resolve('SIGHUP');
      else void running.reload('SIGHUP');
    };
    if (hangUps > 0) hungUp();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(FORCED[signal]));
        resolve(signal);
      });
    }
  });
  hungUp = () => undefined;
  await running.shutDown(reason);
  // Node cannot leave in order what has no terminal any more: it aborts, for it cannot set that back.
  if (reason === 'SIGHUP') process.kill(process.pid, 'SIGKILL');
  // Whatever is open still, such as a request to a service that hangs, keeps nobody waiting: all that was to be done is done.
  setTimeout(() => process.exit(), LEFT_MS).unref();
}

/** Whether this process has a terminal still: one that was closed cannot be opened. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
