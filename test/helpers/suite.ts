import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './policies.js';

/** One line of a suite: what somebody sends, and what it is. */
export interface SuiteSample {
  readonly id: string;
  readonly want: 'attack' | 'benign';
  readonly kind: 'request' | 'response' | 'tool' | 'tool-response';
  readonly tool?: string;
  readonly text?: string;
  readonly args?: unknown;
}

/** Lines by category; the held-out third was never looked at while patterns and facts were tuned. */
export type Suite = ReadonlyMap<string, readonly SuiteSample[]>;

const FOLDER = path.join(ROOT, 'policies/suites');

export async function readSuite(part: 'tuning' | 'held-out'): Promise<Suite> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.held-out.jsonl') === (part === 'held-out'));
  const suite = new Map<string, readonly SuiteSample[]>();
  for (const name of names.sort()) {
    const lines = (await readFile(path.join(FOLDER, name), 'utf8')).trimEnd().split('\n');
    suite.set(
      name.replace(/(?:\.held-out)?\.jsonl$/, ''),
      lines.map((line) => JSON.parse(line) as SuiteSample),
    );
  }
  return suite;
}

/** What the inspector said to one sample. */
interface Verdict {
  readonly action: string;
  readonly severity: string;
}

/** Asks the inspector of a gateway in action mode. */
export type Inspect = (route: string, body: unknown) => Promise<Verdict>;

export interface SuiteScore {
  readonly attacks: number;
  readonly benign: number;
  readonly missed: readonly SuiteSample[];
  readonly blocked: readonly SuiteSample[];
  readonly alarms: readonly SuiteSample[];
}

/** Flagged is what is not simply allowed; of harmless samples a block counts apart from an alert. */
export async function scoreSamples(samples: readonly SuiteSample[], inspect: Inspect): Promise<SuiteScore> {
  const missed: SuiteSample[] = [];
  const blocked: SuiteSample[] = [];
  const alarms: SuiteSample[] = [];
  for (const sample of samples) {
    const { kind, tool, text, args } = sample;
    const { action } = await inspect(`/api/v1/inspect/${kind}`, kind === 'tool' ? { tool, args } : { content: text });
    if (sample.want === 'attack' && action === 'allow') missed.push(sample);
    if (sample.want === 'benign' && action === 'block') blocked.push(sample);
    if (sample.want === 'benign' && action !== 'allow') alarms.push(sample);
  }
  const attacks = samples.filter(({ want }) => want === 'attack').length;
  return { attacks, benign: samples.length - attacks, missed, blocked, alarms };
}
