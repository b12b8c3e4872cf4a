/** What can be asked of the judge. */
export type JudgeKind = 'injection' | 'pii' | 'exfil' | 'tool_injection';

/** Where content comes from. A tool response is judged like a prompt: it is what hides instructions most often. */
export type JudgeDirection = 'prompt' | 'completion' | 'tool_call' | 'tool_response';

export interface KindShape {
  /** File of the policy folder that holds its prompt and settings, without its ending. */
  readonly file: string;
  /** `label`: a yes or no by category. `entities`: what was found, by category. */
  readonly answer: 'label' | 'entities';
  /** First words of every reason. */
  readonly reasonPrefix: string;
  /** Names of its categories; the answer of the model uses them as keys. */
  readonly categories: readonly string[];
  /** Categories that speak of harm done instead of words used: one of them is enough for HIGH, and a strong one for CRITICAL. */
  readonly structural: readonly string[];
  /** Whether a category that the model itself calls a weak signal is left out of the count. */
  readonly ignoresWeak: boolean;
}

export const KINDS: Readonly<Record<JudgeKind, KindShape>> = {
  injection: {
    file: 'injection',
    answer: 'label',
    reasonPrefix: 'judge-injection',
    categories: ['Instruction Manipulation', 'Context Manipulation', 'Obfuscation', 'Semantic Manipulation', 'Token Exploitation'],
    structural: [],
    ignoresWeak: true,
  },
  pii: {
    file: 'pii',
    answer: 'entities',
    reasonPrefix: 'judge-pii',
    categories: [
      ...['Email Address', 'IP Address', 'Phone Number', "Driver's License Number", 'Passport Number'],
      ...['Social Security Number', 'Username', 'Password'],
    ],
    structural: [],
    ignoresWeak: false,
  },
  exfil: {
    file: 'exfil',
    answer: 'label',
    reasonPrefix: 'judge-exfil',
    categories: ['Sensitive File Access', 'Exfiltration Channel'],
    structural: [],
    ignoresWeak: false,
  },
  tool_injection: {
    file: 'tool-injection',
    answer: 'label',
    reasonPrefix: 'judge-tool-injection',
    categories: ['Instruction Manipulation', 'Context Manipulation', 'Obfuscation', 'Data Exfiltration', 'Destructive Commands'],
    structural: ['Data Exfiltration', 'Destructive Commands'],
    ignoresWeak: false,
  },
};

export const JUDGE_KINDS = Object.keys(KINDS) as readonly JudgeKind[];
