import { randomUUID } from 'node:crypto';
import type { Evaluation } from '../../evaluator/evaluator.js';
import { labelsOf } from '../../evaluator/marks.js';
import type { Revision } from '../../policy/revision.js';
import { goJson } from '../../domains/go-json.js';
import type { Reply } from '../exchange.js';
import { indent } from '../json/indent.js';
import { JSON_TYPE } from '../replies.js';
import { NO_FLAGS } from './flags.js';
import type { Flags } from './flags.js';

/** Everything that an answer may tell beside its result. */
export interface AnswerFacts {
  readonly flags: Flags;
  readonly revision: Pick<Revision, 'id'>;
  readonly version: string;
  readonly decisionIds: boolean;
  /** Of the decision; a new one stands for a decision that is not recorded. */
  readonly decisionId?: string | undefined;
  /** Of the way to the evaluation and back, when they are asked for. */
  readonly timers?: Timers;
  /** Members that explain the result, as JSON text. */
  readonly explanation?: string;
  /** The request had no input, which is worth a warning where one could be sent. */
  readonly inputMissing?: boolean;
}

/** Nanoseconds by the names that OPA gives them. */
export type Timers = Readonly<Record<string, number>>;

const INPUT_MISSING = '"warning":{"code":"api_usage_warning","message":"\'input\' key missing from the request"}';

/** The members of one Data API answer as JSON text, in OPA's order. An undefined document has no `result`. */
export function answerText({ result, timers: inner, marks }: Evaluation, facts: AnswerFacts): string {
  const { flags } = facts;
  if (flags === NO_FLAGS && !facts.decisionIds && facts.inputMissing !== true && facts.explanation === undefined)
    return result === undefined ? '{}' : `{"result":${result}}`;
  const parts: string[] = [];
  if (facts.decisionIds || flags.decisionId) parts.push(`"decision_id":"${facts.decisionId ?? randomUUID()}"`);
  if (flags.provenance) parts.push(`"provenance":${provenanceText(facts)}`);
  if (facts.explanation !== undefined) parts.push(facts.explanation);
  if (flags.metrics) parts.push(`"metrics":${goJson(sortedTimers({ ...facts.timers, ...opaTimers(inner) }))}`);
  if (result !== undefined) parts.push(`"result":${result}`);
  const labels = flags.ruleLabels ? labelsOf(marks) : undefined;
  if (labels !== undefined) parts.push(`"rule_labels":${labels}`);
  if (facts.inputMissing === true) parts.push(INPUT_MISSING);
  return `{${parts.join(',')}}`;
}

export function jsonText(text: string, pretty: boolean, status = 200): Reply {
  return { status, headers: { 'Content-Type': JSON_TYPE }, body: `${pretty ? indent(text) : text}\n` };
}

/** OPA names bundles here; the policy folder is the one bundle there is. */
function provenanceText({ revision, version }: AnswerFacts): string {
  return goJson({ version, revision: revision.id, bundles: { policies: { revision: revision.id } } });
}

/** Stages of the worker under OPA's naming of timers. */
function opaTimers(inner: Evaluation['timers']): Timers {
  return Object.fromEntries(Object.entries(inner ?? {}).map(([name, ns]) => [name.startsWith('timer_') ? name : `timer_${name}_ns`, ns]));
}

function sortedTimers(timers: Timers): Timers {
  return Object.fromEntries(Object.entries(timers).sort(([a], [b]) => (a < b ? -1 : 1)));
}
