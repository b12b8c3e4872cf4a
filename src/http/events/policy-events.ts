import type { Engine } from '../../engine/engine.js';
import type { HttpDeps, HttpLimits } from '../deps.js';
import { EventStream } from './event-stream.js';
import { eventOfEntry, eventOfOutcome, eventOfPin, eventOfStanding } from './policy-event.js';

/** The stream of what happens to the policy of one engine. */
export interface PolicyEvents {
  readonly stream: EventStream;
  /** From now on this engine is told of. */
  follow(engine: Engine): void;
}

export function createPolicyEvents({ entries, log }: Pick<HttpDeps, 'entries' | 'log'>, { maxSubscribers }: HttpLimits): PolicyEvents {
  let engine: Engine | undefined;
  /** Number of the attempt that was told last: one that is refused again for the same reason is no news. */
  let told: number | undefined;
  const stream = new EventStream({
    maxSubscribers,
    log,
    since: async (number) => (await (entries?.() ?? [])).filter((entry) => entry.number > number).map(eventOfEntry),
    standing: () => eventOfStanding(engine?.lastOutcome?.number, engine?.current?.id, engine?.pin?.revision),
  });
  return {
    stream,
    follow(next) {
      engine = next;
      for (const status of ['reloaded', 'rejected', 'held'] as const) {
        next.on(status, (outcome) => {
          const event = eventOfOutcome(outcome);
          if (event === undefined || (event.number !== undefined && event.number === told)) return;
          told = event.number;
          stream.publish(event);
        });
      }
      next.onPin((change) => stream.publish(eventOfPin(change)));
    },
  };
}
