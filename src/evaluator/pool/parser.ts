import type { GatewayError } from '../../errors.js';
import { fromWire } from '../../wire-error.js';
import type { GenerationSource, ThreadEvent } from './protocol.js';
import type { ThreadOptions } from './running-thread.js';
import { Thread } from './thread.js';

/** What became of the data. */
export interface ParserListener {
  parsed(event: Extract<ThreadEvent, { type: 'prepared' }>): void;
  failed(error: GatewayError): void;
}

/**
 * A thread that parses the large data of one revision and ends: with it goes the text that it parsed from and its instance. Evaluators take the
 * image that it leaves.
 */
export class Parser {
  readonly #thread: Thread;

  /** Tells the listener once, unless it is ended before. */
  constructor(source: GenerationSource, options: ThreadOptions, listener: ParserListener) {
    this.#thread = new Thread(options, {
      event: (thread, event) => {
        if (event.type === 'started') thread.send({ type: 'prepare', ...source });
        // Its memory is free before anybody takes more.
        else if (event.type === 'prepared') void this.end().then(() => listener.parsed(event));
        else if (event.type === 'refused') void this.end().then(() => listener.failed(fromWire(event.error)));
      },
      reply: () => undefined,
      replied: () => undefined,
      crashed: (_, error) => listener.failed(error),
    });
  }

  end(): Promise<void> {
    return this.#thread.terminate();
  }
}
