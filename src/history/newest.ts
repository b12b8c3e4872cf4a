import { asGatewayError } from '../errors.js';
import type { Log } from '../log.js';
import type { Entry } from './entry.js';

/** What the newest of some entries gives that gives it; what is wrong with the others is said. Undefined for no entries; throws what the oldest throws. */
export async function newest<T>(
  entries: readonly Entry[],
  log: Pick<Log, 'warn'>,
  give: (entry: Entry) => Promise<T>,
): Promise<T | undefined> {
  let failure: { readonly reason: unknown } | undefined;
  for (const entry of entries.toReversed()) {
    try {
      return await give(entry);
    } catch (reason) {
      log.warn({ err: reason, number: entry.number }, `a kept revision is damaged and skipped: ${asGatewayError(reason).message}`);
      failure = { reason };
    }
  }
  if (failure !== undefined) throw failure.reason;
  return undefined;
}
