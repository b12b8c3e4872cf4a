import type { Severity } from '../severity.js';

/** One rule of a pack. */
export interface PackRule {
  readonly id: string;
  readonly category: string;
  readonly severity: Severity;
  /** RE2 syntax. */
  readonly pattern: string;
  readonly title: string | undefined;
  readonly confidence: number | undefined;
  readonly tags: readonly string[] | undefined;
}

/** What is no finding though a rule, or the judge, says so. */
export interface Suppressions {
  /** A finding of this id that stands on what the pattern matches, and on nothing else. */
  readonly findings: readonly {
    readonly finding: string;
    readonly pattern: string;
    readonly condition: 'is_epoch' | 'is_platform_id' | undefined;
  }[];
  /** Findings of these ids in what tools of such a name are given and bring back. */
  readonly tools: readonly { readonly pattern: string; readonly findings: readonly string[] }[];
  /** What the judge of personal data is not shown. RE2 syntax. */
  readonly strips?: readonly string[];
}

/** What is done about the responses of one tool; what is not listed is inspected and judged. */
export interface SensitiveTool {
  readonly inspected: boolean;
  readonly judged: boolean;
  /** Fewer pieces of personal data than that, of those that the judge tells, are worth no alert. */
  readonly minEntities?: number | undefined;
}

/** What a rule pack comes to. Immutable. */
export interface RulePack {
  readonly rules: readonly PackRule[];
  readonly suppressions: Suppressions;
  readonly tools: ReadonlyMap<string, SensitiveTool>;
}
