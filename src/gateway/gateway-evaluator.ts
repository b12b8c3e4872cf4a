import type { Config } from '../config/config.js';
import { createEvaluator } from '../evaluator/create-evaluator.js';
import type { Evaluator } from '../evaluator/evaluator.js';
import type { EarlyThread } from '../evaluator/pool/early-thread.js';
import type { Log } from '../log.js';

/** The evaluator of a gateway, which may be at work before there is anything else of it. */
export interface GatewayEvaluator {
  readonly evaluator: Evaluator;
  /** What policies print goes there from now on. */
  readonly printTo: (log: Log) => void;
}

/** As configured; no thread runs yet but an early one. */
export function createGatewayEvaluator({ evaluation }: Pick<Config, 'evaluation'>, early?: EarlyThread): GatewayEvaluator {
  let print: (line: string) => void = () => undefined;
  const { timeout, max_queue: maxQueue, max_memory_mb: maxMemoryMb, allow_builtins: allowBuiltins, workers } = evaluation;
  const settings = { timeoutMs: timeout, maxQueue, maxMemoryMb, allowBuiltins, ...(workers === undefined ? {} : { workers }) };
  const evaluator = createEvaluator({ ...settings, eager: true, onPrint: (line) => print(line) }, early);
  return { evaluator, printTo: (log) => void (print = (line) => log.debug({ print: line }, 'print')) };
}
