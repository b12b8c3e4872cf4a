import { asGatewayError, GatewayError } from '../errors.js';
import type { Log } from '../log.js';
import type { Entry } from './entry.js';

/**
 * What the newest entry of a compiled revision gives that gives it; what is wrong with those before is said. Throws `history_unknown`, and what the
 * oldest of them throws.
 */
export async function newest<T>(
  entries: readonly Entry[],
  id: string,
  log: Pick<Log, 'warn'>,
  give: (entry: Entry) => Promise<T>,
): Promise<T> {
  let failure: unknown = new GatewayError('history_unknown', `the history has no compiled revision ${id}`);
  for (const entry of entries.toReversed()) {
    if (entry.revision !== id || entry.maker === undefined) continue;
    try {
      return await give(entry);
    } catch (error) {
      log.warn({ err: error, number: entry.number }, `a kept revision is damaged: ${asGatewayError(error).message}`);
      failure = error;
    }
  }
  throw failure;
}
