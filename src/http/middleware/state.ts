import type { Middleware } from 'koa';
import type { Call, Reply } from '../exchange.js';

/** What the middleware of one request hand to each other. */
export interface State {
  call: Call;
  /** Route label for metrics. */
  route: string;
  reply: Reply;
}

export type Step = Middleware<State>;
