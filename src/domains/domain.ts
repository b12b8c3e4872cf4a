/** Names of the domains on the wire: in routes, metric labels and texts. */
export type DomainName = 'admission' | 'guardrail' | 'firewall' | 'sandbox' | 'audit' | 'skill-actions';

/** One row of an enforcement list as the policy sees it. */
interface ListEntry {
  readonly target_type: string;
  readonly target_name: string;
  readonly reason: string;
  /** The entry holds for this path alone, where the policy heeds it. */
  readonly source_path?: string;
}

/** What the gateway knows and a caller may not say: goes into the policy input beside the request. */
export interface DecisionContext {
  /** Newest first: the policy takes the first that matches. */
  readonly blockList: readonly ListEntry[];
  readonly allowList: readonly ListEntry[];
  /** Live human-in-the-loop setting; absent leaves it to the policy data. */
  readonly hilt?: { readonly enabled: boolean; readonly minSeverity: string };
}

/** What goes back on the wire: names in the order in which they are printed. */
export interface DomainAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Why there is no decision of the policy. */
export interface ClosedReason {
  /** Code of the error table. */
  readonly code: string;
  readonly message: string;
}

/** One of the six kinds of decision: how it is asked, evaluated and answered, and what it says when it cannot be evaluated. */
export interface Domain<Input> {
  readonly name: DomainName;
  readonly packageName: string;
  /** Slash path of the package that is evaluated. */
  readonly entrypoint: string;
  /** Reads a request body. Throws GatewayError `request_invalid` or `request_target_invalid` with the message of the wire. */
  parseInput(body: Uint8Array): Input;
  /** The policy input as JSON text in UTF-8. */
  toEvaluationInput(input: Input, context: DecisionContext): Uint8Array;
  /**
   * The answer from the decision document (JSON text of the whole package; undefined when the package says nothing). Throws GatewayError
   * `decision_invalid` when it decides nothing: the caller then answers in the closed form.
   */
  toAnswer(result: string | undefined): DomainAnswer;
  /** The answer while no policy can be asked, or when asking failed: never one that permits. */
  closedForm(reason: ClosedReason, input: Input): DomainAnswer;
  /** What a decision document, or a part of one, lets through, by name: more names, more leniency. */
  readonly grants: (document: Readonly<Record<string, unknown>>) => readonly string[];
  /** What the decision came to, from a bounded set of words; `error` when there is no decision. */
  verdictLabel(answer: DomainAnswer): string;
}
