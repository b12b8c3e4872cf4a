import type { Config } from '../config/config.js';
import { createEvaluator } from '../evaluator/create-evaluator.js';
import type { Evaluator } from '../evaluator/evaluator.js';
import type { Log } from '../log.js';

/** The evaluator of a gateway, which may be at work before there is anything else of it. */
export interface GatewayEvaluator {
  readonly evaluator: Evaluator;
  /** What policies print goes there from now on. */
  readonly printTo: (log: Log) => void;
}

/** As configured; no thread runs yet. */
export function createGatewayEvaluator({ evaluation }: Pick<Config, 'evaluation'>): GatewayEvaluator {
  let print: (line: string) => void = () => undefined;
  const evaluator = createEvaluator({
    timeoutMs: evaluation.timeout,
    maxQueue: evaluation.max_queue,
    maxMemoryMb: evaluation.max_memory_mb,
    allowBuiltins: evaluation.allow_builtins,
    eager: true,
    onPrint: (line) => print(line),
    ...(evaluation.workers === undefined ? {} : { workers: evaluation.workers }),
  });
  return { evaluator, printTo: (log) => void (print = (line) => log.debug({ print: line }, 'print')) };
}
