import type { GuardrailSettings } from '../../config/guardrail-file.js';
import type { GatewayError } from '../../errors.js';
import type { ToolCall } from '../facts/read-call.js';
import type { JudgeDirection } from '../kinds.js';
import type { Disguise, Span } from '../scan/finding.js';

/** One content to look at. */
export interface Inspection {
  readonly direction: JudgeDirection;
  /** What is scanned and judged; spans refer to it, in UTF-16 units. */
  readonly content: string;
  /** Of a tool call or a tool response. */
  readonly toolName?: string;
  /** Of a tool call: what `content` was made of. */
  readonly call?: ToolCall;
  /** The client can ask a person. To one that cannot, `confirm` is said as `block`: it would pass over a word that it does not know. */
  readonly canConfirm: boolean;
  /** Give evidence as it stands. The caller has audited that. */
  readonly reveal: boolean;
  readonly settings: GuardrailSettings;
  /** Revision that the caller counts on, as they name it. */
  readonly expected?: string | readonly string[];
  readonly signal?: AbortSignal;
}

/** One finding as it is printed. */
export interface DetailedFinding {
  readonly id: string;
  /** The id once more, under the name that clients of the original read. */
  readonly rule_id: string;
  /** What was found, for people. */
  readonly title: string;
  readonly scanner: 'local-pattern' | 'llm-judge' | 'enforcement' | 'tool-facts';
  readonly category: string;
  readonly severity: string;
  readonly confidence: number;
  readonly span?: Span;
  readonly evidence?: string;
  readonly disguise?: Disguise;
  readonly tags: readonly string[];
}

/** One answer, in the order in which it is printed. */
export interface InspectAnswer {
  /** What to do: in observe mode nothing but, while no policy can be asked, an alert. */
  readonly action: string;
  /** What the policy says; action mode does it, but for `confirm` where nobody can be asked. */
  readonly raw_action: string;
  readonly severity: string;
  /** 0 to 1: how sure the surest finding of the highest severity is; 0 without findings. */
  readonly confidence: number;
  readonly reason: string;
  /** `ID:Title`, without repeats. */
  readonly findings: readonly string[];
  readonly detailed_findings: readonly DetailedFinding[];
  readonly mode: string;
  readonly would_block: boolean;
  readonly scanner_sources: readonly string[];
  /** Only while the judge is asked. */
  readonly judge?: { readonly kinds: readonly string[]; readonly cached: boolean; readonly failed: boolean };
  /** More was found than is told. */
  readonly truncated?: true;
}

/** What the guardrail's rules were asked, and what they said. */
export interface AskedRules {
  /** JSON text in UTF-8. */
  input?: Uint8Array;
  /** JSON text. */
  result?: string | undefined;
  /** Why there is no answer of theirs. */
  thrown?: GatewayError;
}

export interface Inspected {
  readonly asked: Readonly<AskedRules>;
  /** Full id of the revision that answered; undefined while none serves. */
  readonly revision: string | undefined;
  /** Code of the error table, when the answer is the closed form. */
  readonly code?: string;
  readonly answer: InspectAnswer;
}
