import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { scanGoJson } from '../../src/domains/go-scan.js';
import { argsText } from '../../src/judge/inspect/args-text.js';
import { compileRules } from '../../src/judge/scan/compiled-rules.js';
import { scanRules } from '../../src/judge/scan/rules.js';
import type { ScanRules } from '../../src/judge/scan/rules.js';
import { scanText } from '../../src/judge/scan/scan-text.js';
import { ROOT } from './policies.js';

/** One attack or harmless look-alike of the red-team fixture. */
export interface Sample {
  readonly id: string;
  readonly kind: 'request' | 'response' | 'tool' | 'tool-response';
  readonly text?: string;
  readonly tool?: string;
  readonly args?: unknown;
  readonly technique?: string;
}

export const ATTACKS = ['injection', 'disguised', 'secrets', 'personal-data', 'exfiltration', 'tools', 'held-out'] as const;

export async function samples(name: string): Promise<readonly Sample[]> {
  return JSON.parse(await readFile(path.join(ROOT, 'test/fixtures/red-team', `${name}.json`), 'utf8')) as Sample[];
}

/** The text that is scanned of a sample. */
export function sampleText({ text, args }: Sample): string {
  return text ?? argsText(scanGoJson(Buffer.from(JSON.stringify(args))));
}

/** The rules of the shipped policy data. */
export async function shippedRules(): Promise<ScanRules> {
  return scanRules(JSON.parse(await readFile(path.join(ROOT, 'policies/rego/data.json'), 'utf8')));
}

export interface Score {
  readonly attacks: number;
  readonly benign: number;
  readonly missed: readonly Sample[];
  readonly alarms: readonly Sample[];
  readonly precision: number;
  readonly recall: number;
}

/** How the local scan does on the fixture: flagged is what the shipped policy alerts on, MEDIUM and above. */
export async function scoreFixture(): Promise<Score> {
  const groups = compileRules(await shippedRules());
  const flagged = (sample: Sample): boolean => !['NONE', 'INFO', 'LOW'].includes(scanText(groups, sampleText(sample)).severity);
  const attacks = (await Promise.all(ATTACKS.map(samples))).flat();
  const benign = await samples('benign');
  const missed = attacks.filter((sample) => !flagged(sample));
  const alarms = benign.filter(flagged);
  const hits = attacks.length - missed.length;
  return {
    ...{ attacks: attacks.length, benign: benign.length, missed, alarms },
    precision: hits / (hits + alarms.length),
    recall: hits / attacks.length,
  };
}
