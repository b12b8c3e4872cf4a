/** Something that runs until it is closed. */
export interface Running {
  close(): Promise<void>;
}

/** Exit codes of a process that a signal ended a second time: 128 + number of the signal. */
const FORCED = { SIGINT: 130, SIGTERM: 143 } as const;

/** Waits for SIGTERM or SIGINT, closes gracefully, and ends at once on a second signal. */
export async function runUntilSignal(running: Running): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(FORCED[signal]));
        resolve();
      });
    }
  });
  await running.close();
}
