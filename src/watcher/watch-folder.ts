import { hangDoorbell } from './doorbell.js';

/** Quiet that ends a burst of changes, in ms: outlasts an editor's truncate and write. */
const QUIET_MS = 80;

/** A folder that is written to all the time is looked at so often, in ms. */
const MAX_WAIT_MS = 1_000;

/** Calls `onChange` after each burst of changes in the folder, never twice at a time, until `signal` aborts. */
export async function watchFolder(dir: string, onChange: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let since: number | undefined;
  let work = Promise.resolve();
  let fail: (reason: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const bell = hangDoorbell({
    trees: [dir],
    chain: [],
    onRing: () => {
      clearTimeout(timer);
      since ??= performance.now();
      timer = setTimeout(
        () => {
          since = undefined;
          work = work.then(onChange);
          work.catch(fail);
        },
        Math.max(0, Math.min(QUIET_MS, since + MAX_WAIT_MS - performance.now())),
      );
    },
    onTrouble: (error) => fail(error),
  });
  try {
    await Promise.race([failed, aborted(signal)]);
  } finally {
    clearTimeout(timer);
    await bell.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
