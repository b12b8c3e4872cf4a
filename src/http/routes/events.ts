import { demand } from '../../domains/request-body.js';
import { GatewayError } from '../../errors.js';
import type { EventStream } from '../events/event-stream.js';
import { EVENTS_PATH } from '../exchange.js';
import type { Call, Resource } from '../exchange.js';

/** GET /policy/events: what happens to the policy, as Server-Sent Events, for as long as the client listens. */
export function eventsResource(stream: EventStream): Resource {
  return {
    path: EVENTS_PATH,
    methods: {
      GET: (call) => {
        const since = lastEvent(call);
        if (!stream.open) throw new GatewayError('subscribers_full', 'no more subscribers are taken at this moment');
        return {
          status: 200,
          headers: {
            'Content-Type': 'text/event-stream; charset=utf-8',
            'Cache-Control': 'no-store',
            // Proxies that collect an answer before they pass it on would pass nothing on.
            'X-Accel-Buffering': 'no',
          },
          body: '',
          follow: (response) => stream.subscribe(response, since),
        };
      },
    },
  };
}

/** Number of the last event that the client has seen, as its `Last-Event-ID` says. */
function lastEvent({ headers }: Call): number | undefined {
  const given = headers['last-event-id'];
  if (given === undefined || given === '') return undefined;
  demand(typeof given === 'string' && /^\d{1,10}$/u.test(given), 'Last-Event-ID: Expected the number of an attempt in the history');
  return Number(given);
}
