import type { DecisionContext, Domain, DomainName } from '../domains/domain.js';
import { withReason } from '../domains/reason.js';
import { DOMAINS } from '../domains/registry.js';
import { GatewayError } from '../errors.js';
import type { Evaluation, EvaluationRequest } from '../evaluator/evaluator.js';
import { decidedBy, labelsOf } from '../evaluator/marks.js';
import type { Caller, DecisionLog } from '../decisions/decision-log.js';
import type { EnforcementSource, GuardrailSettings, RequestMetrics } from './deps.js';
import { Elsewhere } from './exchange.js';
import type { Reply } from './exchange.js';
import { noted } from './noted.js';
import { ERROR_CODE_HEADER, json } from './replies.js';

/** What a decision takes in beside the request. */
export interface DecisionSettings {
  readonly enforcement: EnforcementSource;
  readonly guardrail: () => GuardrailSettings;
}

/** Who is told of decisions. */
export interface DecisionTelling {
  readonly metrics: Pick<RequestMetrics, 'evaluation'>;
  /** Undefined: decisions are not recorded. */
  readonly decisions: DecisionLog | undefined;
}

/** The decisions by domain. The guardrail is served at two paths: its own, and one beside its siblings. */
export const DECISIONS: readonly (readonly [path: string, domain: Domain<unknown>])[] = [
  ['/policy/evaluate', DOMAINS.admission],
  ['/policy/evaluate/firewall', DOMAINS.firewall],
  ['/policy/evaluate/audit', DOMAINS.audit],
  ['/policy/evaluate/skill-actions', DOMAINS['skill-actions']],
  ['/policy/evaluate/sandbox', DOMAINS.sandbox],
  ['/policy/evaluate/guardrail', DOMAINS.guardrail],
  ['/v1/guardrail/evaluate', DOMAINS.guardrail],
] as readonly (readonly [string, Domain<unknown>])[];

/** Lists and settings that go in beside the request. A list that cannot be read is a failure, not an empty list. */
export function contextFor(name: DomainName, { enforcement, guardrail }: DecisionSettings): DecisionContext | GatewayError {
  const none: DecisionContext = { blockList: [], allowList: [] };
  if (name === 'guardrail') {
    const { enabled, min_severity: minSeverity } = guardrail().hilt;
    return { ...none, hilt: { enabled, minSeverity } };
  }
  if (name !== 'admission') return none;
  try {
    const { blocked, allowed } = enforcement.lists();
    return { blockList: blocked, allowList: allowed };
  } catch (cause) {
    if (cause instanceof Elsewhere) throw cause;
    return cause instanceof GatewayError
      ? cause
      : new GatewayError('audit_store_failed', 'the enforcement lists cannot be read', { cause });
  }
}

/**
 * One request to a domain, read. Whoever holds it evaluates `request()`, at once or later, and gives what came of it to `answer` or `close`:
 * the answer is the same, wherever it is made. A class, for one is made for every request.
 */
export class DomainQuestion<Input> {
  readonly #domain: Domain<Input>;
  readonly #input: Input;
  readonly #context: DecisionContext;
  readonly #telling: DecisionTelling;
  readonly #caller: Caller;
  readonly #start = performance.now();
  #revision: string | undefined;
  #asked: Uint8Array | undefined;
  #result: string | undefined;
  #ruleLabels: string | undefined;

  constructor(domain: Domain<Input>, input: Input, context: DecisionContext, telling: DecisionTelling, caller: Caller) {
    this.#domain = domain;
    this.#input = input;
    this.#context = context;
    this.#telling = telling;
    this.#caller = caller;
  }

  /** What the revision of this id is asked. */
  request(revision: string): EvaluationRequest {
    this.#revision = revision;
    return { entrypoint: this.#domain.entrypoint, input: this.#evaluationInput, strictBuiltinErrors: true };
  }

  /** The answer of the policy on the wire, counted. Throws `decision_invalid` when it decides nothing. */
  answer({ result, marks }: Evaluation): Reply {
    this.#result = result;
    this.#ruleLabels = labelsOf(marks);
    const decided = this.#domain.toAnswer(result);
    const answer = marks === undefined ? decided : withReason(decided, decidedBy(marks, this.#domain.entrypoint)?.meaning);
    return this.#tell(json(answer.status, answer.body), this.#domain.verdictLabel(answer));
  }

  /**
   * The answer when a decision could not be made. Being too busy is no reason to quarantine anything, nor is one that somebody else has to
   * make: those are thrown on, and the caller asks again. `asked` is told when the policy decided nothing.
   */
  close(thrown: unknown, asked?: { undecided(entrypoint: string): void }): Reply {
    if (!(thrown instanceof GatewayError)) throw thrown;
    if (thrown.code === 'evaluation_overloaded' || thrown.code === 'evaluator_closed') throw thrown;
    const { code, message } = thrown;
    if (code === 'decision_invalid') asked?.undecided(this.#domain.entrypoint);
    const answer = this.#domain.closedForm({ code, message }, this.#input);
    return this.#tell(json(answer.status, answer.body, { [ERROR_CODE_HEADER]: code }), 'error', thrown);
  }

  get #evaluationInput(): Uint8Array {
    return (this.#asked ??= this.#domain.toEvaluationInput(this.#input, this.#context));
  }

  #tell(reply: Reply, verdict: string, thrown?: GatewayError): Reply {
    const { metrics, decisions } = this.#telling;
    const { name, entrypoint } = this.#domain;
    const tookMs = performance.now() - this.#start;
    metrics.evaluation(name, verdict, tookMs / 1000);
    if (decisions === undefined) return reply;
    return noted(reply, decisions, {
      caller: this.#caller,
      path: entrypoint,
      domain: name,
      verdict,
      revision: this.#revision,
      input: this.#evaluationInput,
      result: this.#result,
      thrown,
      tookMs,
      strictBuiltinErrors: true,
      ruleLabels: this.#ruleLabels,
    });
  }
}
