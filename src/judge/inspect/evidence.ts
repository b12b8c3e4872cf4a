import type { Judgement } from '../create-judge.js';
import { SEVERITIES } from '../severity.js';
import type { Disguise, ScanFinding, ScanResult } from '../scan/finding.js';
import type { FactFinding } from './fact-findings.js';
import type { RuleLabel } from '../pack/pack-rules.js';
import type { DetailedFinding } from './inspection.js';

/** What the scan and, when it was asked, the judge have to say. */
export interface Evidence {
  readonly scan: ScanResult;
  readonly judgement: Judgement | undefined;
  /** How rules of a pack want their findings told. */
  readonly labels?: ReadonlyMap<string, RuleLabel>;
}

/** The evidence, and what the policy found in the facts of a tool call. */
export interface JudgedEvidence extends Evidence {
  readonly facts: readonly FactFinding[];
}

/** The evidence as one result of a local scanner: what the guardrail policy weighs. */
export interface WeighedResult {
  readonly action: string;
  readonly severity: string;
  readonly findings: readonly string[];
  readonly reason: string;
  readonly is_safe: boolean;
}

export function weigh({ scan, judgement }: Evidence): WeighedResult {
  const severity = [scan.severity, judgement?.severity ?? 'NONE'].reduce((a, b) => (rank(b) > rank(a) ? b : a));
  const reasons = [scanReason(scan), judgement?.reason ?? ''].filter((reason) => reason !== '');
  return {
    action: rank(severity) >= rank('HIGH') ? 'block' : rank(severity) >= rank('LOW') ? 'alert' : 'allow',
    severity,
    findings: findingIds({ scan, judgement }),
    reason: reasons.join('; '),
    is_safe: severity === 'NONE',
  };
}

/** A category as people read it: `prompt_injection` is "Prompt injection". */
function titleOf(category: string): string {
  const words = category.replace(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Findings as `ID:Title` without repeats, the most severe first. */
export function findingLabels({ scan, judgement, facts, labels }: JudgedEvidence): readonly string[] {
  const all = [...scan.findings, ...(judgement?.findings ?? [])].map(
    ({ id, category }) => `${id}:${labels?.get(id)?.title ?? titleOf(category)}`,
  );
  return [...new Set([...facts.map(({ id, title }) => `${id}:${title}`), ...all])];
}

/** Ids without repeats, the most severe first. */
function findingIds({ scan, judgement }: Evidence): readonly string[] {
  return [...new Set([...scan.findings, ...(judgement?.findings ?? [])].map(({ id }) => id))];
}

/** Categories with the number of places; never content. */
function scanReason({ findings }: ScanResult): string {
  if (findings.length === 0) return '';
  const counts = new Map<string, number>();
  for (const { category } of findings) counts.set(category, (counts.get(category) ?? 0) + 1);
  return `local-pattern: ${[...counts].map(([category, count]) => (count === 1 ? category : `${category} x${count}`)).join(', ')}`;
}

/** A pattern names a shape, not an intent; each disguise that had to come off makes chance likelier. The judge's figure is our trust in it. */
const CONFIDENCE: Readonly<Record<Disguise | 'plain' | 'judge' | 'facts', number>> = {
  ...{ facts: 0.95, plain: 0.9, unicode: 0.85, escaped: 0.85, spaced: 0.8, leet: 0.8, base64: 0.8, judge: 0.7 },
};

/** Every finding; evidence is replaced by its length unless it may be seen. */
export function detail({ scan, judgement, facts, labels }: JudgedEvidence, reveal: boolean): readonly DetailedFinding[] {
  const shown = (evidence: string): string => (reveal ? evidence : `[redacted, ${evidence.length} characters]`);
  const done = facts.map(({ id, title, category, severity, evidence }): DetailedFinding => ({
    ...{ id, rule_id: id, title, scanner: 'tool-facts', category, severity, tags: [category] },
    ...{ confidence: CONFIDENCE.facts, evidence: shown(evidence) },
  }));
  const local = scan.findings.map(({ id, category, severity, span, evidence, disguise }: ScanFinding): DetailedFinding => ({
    ...{
      id,
      rule_id: id,
      title: titleOf(category),
      scanner: 'local-pattern',
      category,
      severity,
      tags: [category],
      confidence: CONFIDENCE[disguise ?? 'plain'],
      span,
      evidence: shown(evidence),
    },
    ...(disguise === undefined ? {} : { disguise }),
    ...labels?.get(id),
  }));
  const judged = (judgement?.findings ?? []).map(({ id, category, severity, evidence }): DetailedFinding => ({
    ...{
      id,
      rule_id: id,
      title: titleOf(category),
      scanner: 'llm-judge',
      category,
      severity,
      tags: [category],
      confidence: CONFIDENCE.judge,
    },
    ...(evidence === undefined ? {} : { evidence: shown(evidence) }),
  }));
  return [...done, ...local, ...judged];
}

/** Of the surest finding among the most severe; when scan and judge agree there, surer than either. */
export function confidenceOf(findings: readonly DetailedFinding[]): number {
  const top = Math.max(...findings.map(({ severity }) => rank(severity)));
  const decisive = findings.filter(({ severity }) => rank(severity) === top);
  if (decisive.length === 0) return 0;
  if (new Set(decisive.map(({ scanner }) => scanner)).size > 1) return 0.95;
  return Math.max(...decisive.map(({ confidence }) => confidence));
}

function rank(severity: string): number {
  return SEVERITIES.findIndex((known) => known === severity);
}
