import type { GuardrailSettings } from '../../config/guardrail-file.js';
import type { JudgeDirection } from '../kinds.js';
import type { Disguise, Span } from '../scan/finding.js';

/** One content to look at. */
export interface Inspection {
  readonly direction: JudgeDirection;
  /** What is scanned and judged; spans refer to it, in UTF-16 units. */
  readonly content: string;
  /** Of a tool call or a tool response. */
  readonly toolName?: string;
  /** Give evidence as it stands. The caller has audited that. */
  readonly reveal: boolean;
  readonly settings: GuardrailSettings;
  readonly signal?: AbortSignal;
}

/** One finding as it is printed. */
export interface DetailedFinding {
  readonly id: string;
  readonly scanner: 'local-pattern' | 'llm-judge';
  readonly category: string;
  readonly severity: string;
  readonly confidence: number;
  readonly span?: Span;
  readonly evidence?: string;
  readonly disguise?: Disguise;
}

/** One answer, in the order in which it is printed. */
export interface InspectAnswer {
  /** What to do: in observe mode nothing but, while no policy can be asked, an alert. */
  readonly action: string;
  /** What action mode would do. */
  readonly raw_action: string;
  readonly severity: string;
  /** 0 to 1: how sure the surest finding of the highest severity is; 0 without findings. */
  readonly confidence: number;
  readonly reason: string;
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

export interface Inspected {
  /** Full id of the revision that answered; undefined while none serves. */
  readonly revision: string | undefined;
  /** Code of the error table, when the answer is the closed form. */
  readonly code?: string;
  readonly answer: InspectAnswer;
}
