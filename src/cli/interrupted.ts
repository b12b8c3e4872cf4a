import { onUnread } from './unread-output.js';

/** Aborts with the first SIGINT or SIGTERM: how a command ends that goes on until then. */
export function interrupted(): AbortSignal {
  return stopper().signal;
}

/** The same, or once nobody reads standard output any more. */
export function interruptedOrUnread(): AbortSignal {
  const stop = stopper();
  onUnread(() => stop.abort());
  return stop.signal;
}

function stopper(): AbortController {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop;
}
