import { GatewayError } from '../errors.js';
import type { RevisionKeeper } from './keeper.js';

/** Keeps nothing: for engines that live for one command. */
export function createForgetfulKeeper(): RevisionKeeper {
  const done = (): Promise<undefined> => Promise.resolve(undefined);
  const unknown = (id: string): Promise<never> =>
    Promise.reject(new GatewayError('history_unknown', `the history has no compiled revision ${id}`));
  return {
    keep: done,
    record: done,
    load: unknown,
    loadSources: unknown,
    lastGood: () => Promise.resolve([]),
    savePin: done,
    loadPin: done,
  };
}
