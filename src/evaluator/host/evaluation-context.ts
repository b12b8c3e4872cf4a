import { GatewayError, asGatewayError } from '../../errors.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../../builtins/builtin.js';
import type { BuiltinContext } from '../../builtins/builtin.js';
import { Budget } from './budget.js';
import { isTooLarge } from './guest-failure.js';

const NS_PER_MS = 1_000_000n;

/** What the built-ins of one evaluation share. One object serves all evaluations of a worker: {@link begin} empties it. */
export class EvaluationContext implements BuiltinContext {
  readonly memo = new Map<string, RegoValue>();
  readonly print: (text: string) => void;
  readonly budget = new Budget();
  readonly step = (units?: number): void => this.budget.step(units);
  readonly reserve = (microseconds: number): void => this.budget.reserve(microseconds / 1000);
  #nowNs: bigint | undefined;
  #strict = false;
  #heaps = 0;
  #failure: GatewayError | undefined;

  constructor(print: (text: string) => void) {
    this.print = print;
  }

  get nowNs(): bigint {
    this.#nowNs ??= BigInt(Date.now()) * NS_PER_MS;
    return this.#nowNs;
  }

  /** Errors in built-ins end the evaluation. */
  get strict(): boolean {
    return this.#strict;
  }

  /** Changes whenever the guest begins to use its heap anew: no address in it stays valid. */
  get heap(): number {
    return this.#heaps;
  }

  renewHeap(): void {
    this.#heaps++;
  }

  begin(strict: boolean): void {
    this.renewHeap();
    if (this.memo.size > 0) this.memo.clear();
    this.#nowNs = undefined;
    this.#strict = strict;
    this.#failure = undefined;
  }

  /**
   * Takes what a built-in threw. The call becomes undefined and the evaluation runs on, so nothing is thrown through the
   * guest and the instance lives; the first failure is what the evaluation ends with. A refused argument counts in strict mode only.
   */
  caught(name: string, thrown: unknown): void {
    if (this.#failure !== undefined) return;
    if (!(thrown instanceof BuiltinError)) this.#failure = unexpected(name, thrown);
    else if (this.#strict) this.#failure = refused(name, thrown);
  }

  /** Throws the failure that {@link caught} kept. */
  finish(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function refused(name: string, error: BuiltinError): GatewayError {
  const code = error.kind === 'type' ? 'eval_type_error' : 'eval_builtin_error';
  return new GatewayError('evaluation_builtin_failed', `${code}: ${name}: ${error.message}`, { cause: error, details: { builtin: name } });
}

/** A bug of ours, or a value out of bounds: never taken for an undefined call, which `not` would turn into an allow. */
function unexpected(name: string, thrown: unknown): GatewayError {
  const error = asGatewayError(thrown);
  const code = error.code !== 'internal' ? error.code : isTooLarge(thrown) ? 'evaluation_out_of_memory' : 'evaluation_failed';
  return new GatewayError(code, `The built-in ${name} failed: ${error.message}`, { cause: thrown, details: { builtin: name } });
}
