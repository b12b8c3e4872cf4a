/** What somebody sends to the inspector, and what it is: one line of a suite. */
export interface SuiteSample {
  /** Its own name, else `file:line`. */
  readonly id: string;
  /** File in the policy folder, and its line. */
  readonly file: string;
  readonly row: number;
  /** Name of the file without folder and ending: `shell`, `shell.held-out`. */
  readonly category: string;
  readonly want: 'attack' | 'benign';
  /** Which of the inspect routes it goes to. */
  readonly kind: SampleKind;
  readonly tool?: string;
  /** What is sent; of a tool call the arguments. */
  readonly content: unknown;
}

export const SAMPLE_KINDS = ['request', 'response', 'tool', 'tool-response'] as const;

export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** What the inspector answers to one sample. */
export interface SuiteAnswer {
  readonly action: string;
  readonly severity: string;
  /** Ids of the findings, most severe first. */
  readonly findings: readonly string[];
  /** Code of the error table where the policy could not be asked. */
  readonly error?: string;
}
