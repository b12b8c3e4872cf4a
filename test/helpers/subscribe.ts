import { get } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Agent } from 'node:http';
import { onTestFinished } from 'vitest';
import { TEST_TOKEN } from './gateway.js';
import { waitFor } from './wait-for.js';

/** One Server-Sent Event as it came. */
export interface HeardEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Subscription {
  readonly status: number;
  readonly answer: IncomingMessage;
  readonly heard: readonly HeardEvent[];
  /** Comment lines: signs of life. */
  readonly beats: () => number;
  readonly ended: () => boolean;
  /** Waits for so many events in all. */
  readonly events: (count: number) => Promise<readonly HeardEvent[]>;
  readonly close: () => void;
}

/** Listens to GET /policy/events of the gateway at this address. */
export async function subscribe(url: string, headers: OutgoingHttpHeaders = {}, agent?: Agent): Promise<Subscription> {
  const heard: HeardEvent[] = [];
  let beats = 0;
  let ended = false;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = get(`${url}/policy/events`, {
      headers: { Authorization: `Bearer ${TEST_TOKEN}`, ...headers },
      ...(agent === undefined ? { agent: false } : { agent }),
    });
    request.on('response', resolve).on('error', reject);
  });
  let text = '';
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith(':')) beats += 1;
      else if (block.includes('data: ')) heard.push(parse(block));
    }
  });
  answer.on('close', () => (ended = true)).on('error', () => undefined);
  onTestFinished(() => void answer.destroy());
  return {
    status: answer.statusCode ?? 0,
    answer,
    heard,
    beats: () => beats,
    ended: () => ended,
    events: async (count) => {
      await waitFor(`${count} events`, () => heard.length >= count, 20_000);
      return heard;
    },
    close: () => void answer.destroy(),
  };
}

function parse(block: string): HeardEvent {
  const fields = Object.fromEntries(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()] as const),
  );
  const { id, event = '', data = '{}' } = fields;
  return { ...(id === undefined ? {} : { id }), event, data: JSON.parse(data) as HeardEvent['data'] };
}
