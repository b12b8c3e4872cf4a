import { GatewayError } from '../../errors.js';
import { hasFlag } from '../query.js';
import { explainMode } from './explain.js';

/** The switches of a Data API request. */
export interface Flags {
  readonly pretty: boolean;
  readonly provenance: boolean;
  readonly metrics: boolean;
  readonly strictBuiltinErrors: boolean;
  readonly decisionId: boolean;
  readonly ruleLabels: boolean;
}

/** What a request without switches asks for. */
export const NO_FLAGS: Flags = {
  ...{ pretty: false, provenance: false, metrics: false, strictBuiltinErrors: false, decisionId: false, ruleLabels: false },
};

/** Reads the switches. Refuses those that compiled policies have no answer for, rather than leave them out silently. */
export function readFlags(query: string, strictByDefault = false, explainable = false): Flags {
  if (query === '') return strictByDefault ? { ...NO_FLAGS, strictBuiltinErrors: true } : NO_FLAGS;
  if (!explainable && explainMode(query) !== undefined) {
    throw unavailable('explain', 'it is answered for one document, at /v1/data/…');
  }
  if (hasFlag(query, 'instrument')) {
    throw unavailable('instrument', 'policies run as WebAssembly, which is not instrumented; `metrics` gives the timers there are');
  }
  return {
    pretty: hasFlag(query, 'pretty'),
    provenance: hasFlag(query, 'provenance'),
    metrics: hasFlag(query, 'metrics'),
    strictBuiltinErrors: strictByDefault || hasFlag(query, 'strict-builtin-errors'),
    decisionId: hasFlag(query, 'decision_id'),
    ruleLabels: hasFlag(query, 'rule_labels'),
  };
}

function unavailable(name: string, why: string): GatewayError {
  return new GatewayError('evaluation_input_invalid', `parameter ${name} is not available: ${why}`);
}
