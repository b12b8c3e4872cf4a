import type { Severity } from '../severity.js';

/** A part of the text that was given, in UTF-16 units; `end` is behind the last one. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What had to be undone before the pattern matched. */
export type Disguise = 'unicode' | 'escaped' | 'spaced' | 'leet' | 'base64';

/** One place where one pattern matched. */
export interface ScanFinding {
  /** `LOCAL-<CATEGORY>-<n>`, where n counts the patterns of the category from 1, or the id that a rule pack gives. */
  readonly id: string;
  readonly category: string;
  readonly severity: Severity;
  /** Of something encoded: the whole encoded segment. */
  readonly span: Span;
  /** What matched, undisguised and cut to a bound. It may hold what nobody should see. */
  readonly evidence: string;
  readonly disguise?: Disguise;
}

/** What the local scan says about one text. */
export interface ScanResult {
  /** Highest severity of all findings. */
  readonly severity: Severity;
  /** Most severe first, then by place. */
  readonly findings: readonly ScanFinding[];
  /** There was more than is told. */
  readonly truncated: boolean;
  /**
   * What the tool call would do, of a tool call alone: the JSON text of `Facts`. A policy is given it as it is, so that the thread which asks
   * for the scan neither takes hundreds of objects over nor writes them out again.
   */
  readonly facts?: string;
  /**
   * What the judge of personal data is given in place of the text: the pack's `pre_judge_strips` are taken out of it. Absent where nobody asked for it,
   * and where nothing was taken out. Made here since the patterns of packs run on the thread of the scan alone.
   */
  readonly stripped?: string;
}
