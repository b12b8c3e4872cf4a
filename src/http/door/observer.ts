import type { Log } from '../../log.js';
import type { Call, Reply } from '../exchange.js';
import { ERROR_CODE_HEADER, REVISION_HEADER } from '../replies.js';

const MAX_LOGGED_PATH = 256;

/** Notes one finished request in the metrics and the log. */
export type Observer = (call: Pick<Call, 'method' | 'path' | 'requestId'>, route: string, reply: Reply, startMs: number) => void;

/** What is noted, and where. */
export interface ObserverParts {
  readonly metrics: { httpRequest(method: string, route: string, status: number, seconds: number): void };
  readonly log: Log;
  /** Nobody reads debug lines. */
  readonly quiet?: boolean;
}

/**
 * `startMs` is of `performance.now()`. A good answer is a debug line: a busy gateway must not spend its time on writing that it is well;
 * with `quiet` not even on putting the line together.
 */
export function createObserver({ metrics, log, quiet }: ObserverParts): Observer {
  return (call, route, { status, headers }, startMs) => {
    const ms = performance.now() - startMs;
    metrics.httpRequest(call.method, route, status, ms / 1000);
    if (quiet === true && status < 500) return;
    const fields = {
      method: call.method,
      path: call.path.slice(0, MAX_LOGGED_PATH),
      status,
      ms: Math.round(ms * 1000) / 1000,
      request_id: call.requestId,
      revision: headers[REVISION_HEADER],
      code: headers[ERROR_CODE_HEADER],
    };
    if (status >= 500) log.warn(fields, 'request failed');
    else log.debug(fields, 'request');
  };
}
