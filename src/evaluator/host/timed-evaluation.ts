import { align } from './instantiate.js';
import type { Guest } from './instantiate.js';
import { readResult } from './read-result.js';

/** Result and nanoseconds per stage, under the names that OPA uses. */
export interface TimedResult {
  readonly result: string | undefined;
  readonly timers: Readonly<Record<string, number>>;
}

/** What `opa_eval` does in one call, in single steps with the clock read between them. `length` bytes of input lie at the heap's start. */
export function timedEvaluation(guest: Guest, entrypoint: number, hasInput: boolean, length: number): TimedResult {
  const { exports, heapStart } = guest;
  const started = process.hrtime.bigint();
  exports.opa_heap_ptr_set(align(heapStart + length));
  const input = hasInput ? exports.opa_value_parse(heapStart, length) : 0;
  const parsed = process.hrtime.bigint();
  const context = exports.opa_eval_ctx_new();
  exports.opa_eval_ctx_set_entrypoint(context, entrypoint);
  exports.opa_eval_ctx_set_data(context, guest.dataAddress);
  exports.opa_eval_ctx_set_input(context, input);
  exports.eval(context);
  const evaluated = process.hrtime.bigint();
  const result = readResult(guest.memory, exports.opa_value_dump(exports.opa_eval_ctx_get_result(context)));
  const timers = {
    timer_rego_input_parse_ns: Number(parsed - started),
    timer_rego_query_eval_ns: Number(evaluated - parsed),
    timer_rego_result_format_ns: Number(process.hrtime.bigint() - evaluated),
  };
  return { result, timers };
}
