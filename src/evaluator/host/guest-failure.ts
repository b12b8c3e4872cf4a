import { asGatewayError, GatewayError } from '../../errors.js';
import { timedOut } from '../timed-out.js';

/** What `opa_abort` said. Thrown through the guest, whose shadow stack never recovers: the instance must be dropped. */
export class GuestAbort extends Error {
  override readonly name = 'GuestAbort';
}

/** An evaluation took longer than it may. Thrown through the guest, whose instance must be dropped. */
export class OutOfBudget extends Error {
  override readonly name = 'OutOfBudget';
  readonly budgetMs: number;

  constructor(budgetMs: number) {
    super(`The evaluation took longer than ${budgetMs} ms`);
    this.budgetMs = budgetMs;
  }
}

/** The guest reports where two values met as `file:row:col: text`; the texts are part of OPA's wasm ABI. */
const CONFLICT = /^(?<file>.*):(?<row>\d+):(?<col>\d+): (?<kind>var assignment conflict|object insert conflict)$/s;

const OUT_OF_MEMORY = 'opa_malloc: failed';

/** Topdown's words for the two conflicts, so that people find the same advice. */
const CONFLICTS: Readonly<Record<string, string>> = {
  'var assignment conflict': 'rules must not produce multiple outputs',
  'object insert conflict': 'object keys must be unique',
};

/** Anything that ended an evaluation by a throw, as a coded error. */
export function guestFailure(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  if (thrown instanceof GuestAbort) return abortFailure(thrown);
  if (isTooLarge(thrown)) {
    return new GatewayError('evaluation_out_of_memory', 'The evaluation needs more memory than its instance may have', { cause: thrown });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new GatewayError('evaluation_failed', `The policy module failed: ${message}`, { cause: thrown });
}

/** What an evaluation threw, as a coded error. */
export function evaluationFailure(thrown: unknown): GatewayError {
  return thrown instanceof OutOfBudget ? timedOut(thrown.budgetMs) : asGatewayError(thrown);
}

/** What JavaScript throws when something would become larger than it can be, memory, text or integer. */
export function isTooLarge(thrown: unknown): boolean {
  return thrown instanceof RangeError && !(thrown.stack ?? '').includes('RangeError: Maximum call stack');
}

function abortFailure(abort: GuestAbort): GatewayError {
  const groups = CONFLICT.exec(abort.message)?.groups;
  if (groups !== undefined) {
    const { file = '', row = '', col = '', kind = '' } = groups;
    const message = `${file}:${row}:${col}: eval_conflict_error: ${CONFLICTS[kind] ?? kind}`;
    return new GatewayError('evaluation_conflict', message, { cause: abort, details: { file, row: Number(row), col: Number(col) } });
  }
  if (abort.message === OUT_OF_MEMORY) {
    return new GatewayError('evaluation_out_of_memory', 'The evaluation needs more memory than its instance may have', { cause: abort });
  }
  return new GatewayError('evaluation_failed', `The policy module stopped: ${abort.message}`, { cause: abort });
}
