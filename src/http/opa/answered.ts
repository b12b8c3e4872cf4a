import { DECISION_HEADER } from '../../decisions/decision-log.js';
import type { RevisionLease } from '../../engine/engine.js';
import type { Evaluation } from '../../evaluator/evaluator.js';
import { labelsOf } from '../../evaluator/marks.js';
import type { Call, Reply } from '../exchange.js';
import { note } from '../noted.js';
import { onRevision } from '../on-revision.js';
import { withHeader } from '../replies.js';
import { compressed } from './compress.js';
import { counted } from './count.js';
import type { OpaDeps } from './deps.js';
import { askDocument } from './document.js';
import type { Question } from './document.js';

/** An answered question, with the id of the decision when that is recorded. */
export interface Answered {
  readonly evaluation: Evaluation;
  readonly id: string | undefined;
}

/** What a question came with. */
export interface Asked {
  readonly call: Call;
  /** When the request came, by `performance.now()`. */
  readonly startMs: number;
  readonly batchId?: string;
  /** Told the id of the decision, of one that fails too. */
  readonly onId?: (id: string | undefined) => void;
}

/** Asks one revision for the document at a path, counts it and takes it down, also when it fails. Throws `evaluation_*`. */
export async function answered({ deps }: Pick<OpaDeps, 'deps'>, lease: RevisionLease, question: Question, asked: Asked): Promise<Answered> {
  const { path, input, strictBuiltinErrors = false } = question;
  const { call, startMs, batchId, onId } = asked;
  const facts = {
    ...{ caller: call, path: path.join('/'), domain: 'data', revision: lease.revision.id, input, strictBuiltinErrors, batchId },
  };
  try {
    const evaluation = await counted(deps.metrics, askDocument(lease, question));
    const { result, marks } = evaluation;
    const tookMs = performance.now() - startMs;
    const id = note(deps.decisions, { ...facts, result, ruleLabels: labelsOf(marks), tookMs });
    onId?.(id);
    return { evaluation, id };
  } catch (thrown) {
    onId?.(note(deps.decisions, { ...facts, thrown, tookMs: performance.now() - startMs }));
    throw thrown;
  }
}

/** Answers a request from one revision; the decision is named in the answer, also in that of one that fails. */
export async function withDecision(
  opa: OpaDeps,
  call: Call,
  work: (lease: RevisionLease, onId: NonNullable<Asked['onId']>) => Promise<Reply>,
): Promise<Reply> {
  let id: string | undefined;
  const reply = await onRevision(opa, call, (lease) => work(lease, (made) => (id = made)));
  return compressed(call, named(reply, id));
}

/** The reply with the decision named. */
export function named(reply: Reply, id: string | undefined): Reply {
  return id === undefined ? reply : withHeader(reply, DECISION_HEADER, id);
}
