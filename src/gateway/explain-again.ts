import { whyOf } from '../decisions/explain/why.js';
import type { Why } from '../decisions/explain/why.js';
import { explained } from '../http/opa/explain.js';
import type { Explain, ExplainQuestion } from '../http/opa/explain.js';

/** A decision made once more by OPA's interpreter. */
export interface ExplainedDecision extends Why {
  /** JSON text of what it comes to; absent for undefined. */
  readonly result?: string;
  /** True when that is what it came to before. */
  readonly agrees: boolean;
  /** More was tried than is told. */
  readonly truncated: boolean;
}

/** Makes a decision again on some sources and data; `before` is the JSON text of what it came to. Throws what the evaluation fails with. */
export async function explainAgain(
  explain: Explain,
  revision: Parameters<Explain>[0],
  question: Pick<ExplainQuestion, 'path' | 'input' | 'strictBuiltinErrors'>,
  before: string | undefined,
): Promise<ExplainedDecision> {
  const told = await explain(revision, { ...question, mode: 'full', exhaustive: true });
  const { result, agrees } = explained(told, before);
  const { lines = [], truncated = false } = told.explanation ?? {};
  return { ...(result === undefined ? {} : { result }), agrees, truncated, ...whyOf(lines) };
}
