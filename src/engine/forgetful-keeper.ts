import { GatewayError } from '../errors.js';
import type { RevisionKeeper } from './keeper.js';

/** Keeps nothing: for engines that live for one command. */
export function createForgetfulKeeper(): RevisionKeeper {
  const done = (): Promise<undefined> => Promise.resolve(undefined);
  return {
    keep: done,
    record: done,
    load: (id) => Promise.reject(new GatewayError('history_unknown', `the history has no compiled revision ${id}`)),
    lastGood: () => Promise.resolve([]),
    savePin: done,
    loadPin: done,
  };
}
