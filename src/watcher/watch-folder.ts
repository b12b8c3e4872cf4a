import { hangDoorbell } from './doorbell.js';

/** Quiet that ends a burst of changes, in ms: outlasts an editor's truncate and write. */
const QUIET_MS = 80;

/** Calls `onChange` after each burst of changes in the folder, never twice at a time, until `signal` aborts. */
export async function watchFolder(dir: string, onChange: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
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
      timer = setTimeout(() => {
        work = work.then(onChange);
        work.catch(fail);
      }, QUIET_MS);
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
