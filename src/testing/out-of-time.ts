import type { TestOutcome } from '../compiler/protocol.js';

/** The words of the gateway and of OPA's interpreter for it. */
const OUT_OF_TIME: ReadonlySet<string> = new Set(['evaluation_timeout', 'eval_cancel_error']);

/** Whether a test was cut off: of what it would have come to nothing is known. */
export function ranOutOfTime({ error }: Pick<TestOutcome, 'error'>): boolean {
  return error !== undefined && OUT_OF_TIME.has(error.code);
}
