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
 * makes it reload, and never ends it: one that comes while it starts is made up for, one that comes while it ends is nothing to it.
 */
export async function runUntilSignal(start: () => Promise<Running>): Promise<void> {
  let hangUps = 0;
  let hungUp = (): void => void (hangUps += 1);
  process.on('SIGHUP', () => hungUp());
  const running = await start();
  hungUp = () => void running.reload('SIGHUP');
  if (hangUps > 0) hungUp();
  const reason = await new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(FORCED[signal]));
        resolve(signal);
      });
    }
  });
  hungUp = () => undefined;
  await running.shutDown(reason);
  // Whatever is open still, such as a request to a service that hangs, keeps nobody waiting: all that was to be done is done.
  setTimeout(() => process.exit(), LEFT_MS).unref();
}
