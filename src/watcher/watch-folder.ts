import { hangDoorbell } from './doorbell.js';
import type { Doorbell } from './doorbell.js';
import { pathChain } from './path-chain.js';

/** Quiet that ends a burst of changes, in ms: outlasts an editor's truncate and write. */
const QUIET_MS = 80;

/** A folder that is written to all the time is looked at so often, in ms. */
const MAX_WAIT_MS = 1_000;

/** How often it is looked whether the folder is still the one that is listened to, in ms. */
const LOOK_MS = 1_000;

/**
 * Calls `onLook` once it listens, so that no change before that is lost, and after each burst of changes in the folder, never twice at a time, until
 * `signal` aborts. Goes on through a folder that is moved away, replaced or missing: a checkout does that, and whoever watches wants to know of the
 * folder that comes then.
 */
export async function watchFolder(dir: string, onLook: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let since: number | undefined;
  let work = Promise.resolve();
  let fail: (reason: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const ring = (): void => {
    clearTimeout(timer);
    since ??= performance.now();
    timer = setTimeout(
      () => {
        since = undefined;
        work = work.then(onLook);
        work.catch(fail);
      },
      Math.max(0, Math.min(QUIET_MS, since + MAX_WAIT_MS - performance.now())),
    );
  };
  const ear = await listenThrough(dir, ring, fail);
  try {
    await Promise.race([failed, aborted(signal)]);
  } finally {
    await ear.close();
    clearTimeout(timer);
  }
}

/** A doorbell that is hung anew when another folder is found at the place; that is a ring too. Keeps the process alive. */
async function listenThrough(dir: string, onRing: () => void, onTrouble: (error: unknown) => void): Promise<{ close(): Promise<void> }> {
  let identity = await identityOf(dir);
  let looking: Promise<void> | undefined;
  const heard = (): void => {
    // It may be all that is told of a folder that goes away and is back before the next look.
    lookSoon();
    onRing();
  };
  const hang = (): Doorbell => {
    const hung = hangDoorbell({ trees: [dir], chain: [], onTrouble, onRing: heard });
    void hung.ready.then(onRing);
    return hung;
  };
  let bell = hang();
  async function look(): Promise<void> {
    const now = await identityOf(dir);
    if (now === identity) return;
    identity = now;
    await bell.close();
    bell = hang();
  }
  function lookSoon(): void {
    looking ??= look()
      .catch(onTrouble)
      .finally(() => {
        looking = undefined;
      });
  }
  const timer = setInterval(lookSoon, LOOK_MS);
  return {
    async close() {
      clearInterval(timer);
      await looking;
      await bell.close();
    },
  };
}

async function identityOf(dir: string): Promise<string> {
  return JSON.stringify(await pathChain(dir));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
