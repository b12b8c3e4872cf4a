import type { Step } from '../value/step.js';
import type { RegoValue } from '../value/value.js';

/** Bounds what a built-in does from inside of it. Both throw once the evaluation is over its time; nothing in a built-in catches that. */
export interface Meter {
  /** Called by whatever repeats more often than its arguments are long. */
  readonly step: Step;
  /** Announces work that cannot be broken off and takes about so many microseconds: throws where nobody may be held up for so long. */
  readonly reserve: (microseconds: number) => void;
}

/** What one evaluation gives to the built-ins that it calls. Everything here is stable within one evaluation. */
export interface BuiltinContext extends Meter {
  /** `time.now_ns` of this evaluation, nanoseconds since the epoch. */
  readonly nowNs: bigint;
  /** Memo of this evaluation: `rand.intn` and `uuid.rfc4122` answer the same for the same key. */
  readonly memo: Map<string, RegoValue>;
  /** Receives one `print` call, already joined with blanks. */
  readonly print: (text: string) => void;
}

/**
 * A hosted built-in. Arguments and result are exact Rego values; sets are sets.
 * `undefined` means that the call is undefined whatever the mode. Throw {@link BuiltinError} for a refused argument.
 */
export type Builtin = (context: BuiltinContext, ...args: readonly RegoValue[]) => RegoValue | undefined;

/** A group of built-ins by their Rego names. */
export type BuiltinGroup = Readonly<Record<string, Builtin>>;

/**
 * A built-in refused its arguments, as topdown would with the same message. The call is undefined, or in strict mode the
 * evaluation ends with `evaluation_builtin_failed`.
 */
export class BuiltinError extends Error {
  override readonly name = 'BuiltinError';
  /** `type` = an operand has the wrong type (topdown's eval_type_error), `value` = it has a wrong value (eval_builtin_error). */
  readonly kind: 'type' | 'value';

  constructor(message: string, options: { kind?: 'type' | 'value'; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = options.kind ?? 'value';
  }
}
