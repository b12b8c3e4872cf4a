/**
 * Runs one job at a time. A call while it runs gets exactly one further run after it, shared by everybody who called
 * meanwhile, never the answer of the run that had already begun: that one may have read the disk before the caller's change.
 *
 * 1. A saves, calls; run 1 reads A's bytes.
 * 2. B saves, calls while run 1 compiles. Run 1 cannot have seen B's bytes.
 * 3. Run 1 ends, A's promise settles; run 2 starts, reads both, B's promise settles when run 2 is over.
 */
export function createSingleFlight<A, T>(
  job: (argument: A) => Promise<T>,
  merge: (waiting: A, added: A) => A,
): (argument: A) => Promise<T> {
  let running = false;
  let trailing: { argument: A; promise: Promise<T>; start: () => void } | undefined;

  async function run(argument: A): Promise<T> {
    running = true;
    try {
      return await job(argument);
    } finally {
      running = false;
      const next = trailing;
      trailing = undefined;
      next?.start();
    }
  }

  return (argument) => {
    if (!running) return run(argument);
    if (trailing !== undefined) {
      trailing.argument = merge(trailing.argument, argument);
      return trailing.promise;
    }
    const { promise, resolve } = deferred<T>();
    const waiting = { argument, promise, start: () => resolve(run(waiting.argument)) };
    trailing = waiting;
    return promise;
  };
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: Promise<T>) => void } {
  let resolve!: (value: Promise<T>) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
