import { DECISIONS_TOTAL } from './decisions.js';
import type { DecisionSeries } from './decisions.js';
import type { Exemplars } from './exemplars.js';
import { EVALUATION_SECONDS, evaluationBucket } from './policy.js';

/** A decision of which a span was recorded. */
export interface TracedDecision {
  readonly domain: string;
  readonly path: string;
  readonly verdict: string;
  readonly seconds: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly decisionId: string;
}

/** Makes it the exemplar of what it is counted in. */
export type NoteExemplar = (decision: TracedDecision) => void;

export function createNoteExemplar(exemplars: Exemplars, { labelsOf }: Pick<DecisionSeries, 'labelsOf'>): NoteExemplar {
  return ({ domain, path, verdict, seconds, traceId, spanId, decisionId }) => {
    // 110 characters: the format allows 128.
    const labelSet = { trace_id: traceId, span_id: spanId, decision_id: decisionId };
    const timestamp = Date.now() / 1000;
    exemplars.note(`${EVALUATION_SECONDS}_bucket`, evaluationBucket(domain, seconds), { labelSet, value: seconds, timestamp });
    exemplars.note(DECISIONS_TOTAL, labelsOf(path, verdict), { labelSet, value: 1, timestamp });
  };
}
