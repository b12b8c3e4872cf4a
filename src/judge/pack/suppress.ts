import { RE2JS } from 're2js';
import { isSameList } from '../../is-same-list.js';
import type { ScanResult } from '../scan/finding.js';
import { MAX_PLACES } from '../scan/scan-text.js';
import { actionOf, higher, lower } from '../severity.js';
import { mergeVerdicts } from '../verdict.js';
import type { JudgeFinding, Verdict } from '../verdict.js';
import type { Suppressions } from './rule-pack.js';

/** Takes findings out that the rule pack suppresses. */
export type Suppress = (result: ScanResult, toolName: string | undefined) => ScanResult;

/** What suppressions say of one finding. */
interface Covering {
  /** The finding stands on what they name. */
  readonly covers: (id: string, evidence: string) => boolean;
  /** Findings of this id mean nothing in what this tool is given and brings back. */
  readonly silences: (id: string, toolName: string | undefined) => boolean;
}

/** Patterns are compiled on first use: most texts have no finding. */
function coveringOf({ findings, tools }: Suppressions): Covering {
  const entities = findings.map(({ finding, pattern, condition }) => {
    const matches = lazily(pattern);
    return { finding, covers: (evidence: string) => matches(evidence) && (condition === undefined || CONDITIONS[condition](evidence)) };
  });
  const names = tools.map(({ pattern, findings: ids }) => ({ ids: new Set(ids), matches: lazily(pattern) }));
  return {
    covers: (id, evidence) => entities.some(({ finding, covers }) => finding === id && covers(evidence)),
    silences: (id, toolName) => toolName !== undefined && names.some(({ ids, matches }) => ids.has(id) && matches(toolName)),
  };
}

/** Suppressions ready to use on what the local scan finds. */
export function compileSuppressions(suppressions: Suppressions): Suppress {
  const { covers, silences } = coveringOf(suppressions);
  return (result, toolName) => {
    if (result.findings.length === 0) return result;
    const loud = result.findings.filter(({ id }) => !silences(id, toolName));
    const covered = loud.filter(({ id, evidence }) => covers(id, evidence));
    // Of a pattern that matches in more places than are told nobody knows what the others are.
    const unsure = new Set(covered.map(({ id }) => id).filter((id) => covered.filter((other) => other.id === id).length >= MAX_PLACES));
    const kept = loud.filter((finding) => unsure.has(finding.id) || !covered.includes(finding));
    if (kept.length === result.findings.length) return result;
    const severity = kept.map((finding) => finding.severity).reduce(higher, 'NONE');
    return { ...result, findings: kept, severity: result.truncated ? result.severity : severity };
  };
}

const memo = new WeakMap<Suppressions, Covering>();

/** A verdict, and those of the single kinds that it was merged from. */
type Judged = Verdict & { readonly verdicts?: readonly Verdict[] };

/**
 * The same on what the judge says, which tells every piece of evidence that it has; a finding without one is taken out by its tool alone.
 * Of several pieces the others stay.
 */
export function suppressJudged<Given extends Judged>(
  judged: Given,
  suppressions: Suppressions | undefined,
  toolName: string | undefined,
): Given {
  if (suppressions === undefined) return judged;
  const covering = memo.get(suppressions) ?? coveringOf(suppressions);
  memo.set(suppressions, covering);
  const { covers, silences } = covering;
  return keeping(judged, (finding) => {
    const { id } = finding;
    if (silences(id, toolName)) return undefined;
    const pieces = piecesOf(finding);
    const entities = pieces.filter((piece) => !covers(id, piece));
    if (entities.length === pieces.length) return finding;
    return entities.length === 0 ? undefined : { ...finding, entities, evidence: entities.join(', ') };
  });
}

/**
 * What the judge says about the answer of a tool of which fewer pieces of personal data than `least` are worth no alert. What is CRITICAL is
 * no matter of number, nor is an attack, which has no pieces.
 */
export function withoutFew<Given extends Judged>(judged: Given, least: number | undefined): Given {
  if (least === undefined) return judged;
  const told = new Set(judged.findings.flatMap(piecesOf).map((piece) => piece.replace(/\s+/gu, '').toLowerCase()));
  if (told.size >= least) return judged;
  return keeping(judged, (finding) => (finding.severity === 'CRITICAL' || piecesOf(finding).length === 0 ? finding : undefined));
}

function piecesOf({ entities, evidence }: JudgeFinding): readonly string[] {
  return entities ?? (evidence === undefined ? [] : [evidence]);
}

/** Kind by kind: what one loses is not for another to answer, whose severity may be more than that of each of its findings, or stand on none. */
function keeping<Given extends Judged>(judged: Given, keep: (finding: JudgeFinding) => JudgeFinding | undefined): Given {
  const given = judged.verdicts ?? [judged];
  const verdicts = given.map((verdict) => kept(verdict, keep));
  if (isSameList(verdicts, given)) return judged;
  return { ...judged, ...mergeVerdicts(verdicts), ...(judged.verdicts === undefined ? {} : { verdicts }) };
}

function kept(verdict: Verdict, keep: (finding: JudgeFinding) => JudgeFinding | undefined): Verdict {
  const findings = verdict.findings.flatMap((finding) => keep(finding) ?? []);
  if (isSameList(findings, verdict.findings)) return verdict;
  const severity = lower(verdict.severity, findings.map((finding) => finding.severity).reduce(higher, 'NONE'));
  const categories = [...new Set(findings.map(({ category }) => category))];
  return {
    ...verdict,
    ...{ findings, severity, action: actionOf(severity) },
    reason: categories.length === 0 ? '' : `llm-judge: ${categories.join(', ')}`,
    entityCount: findings.reduce((sum, finding) => sum + piecesOf(finding).length, 0),
  };
}

/** Takes out of a text what the judge of personal data is not shown. */
export function compileStrips(patterns: readonly string[]): (text: string) => string {
  let compiled: readonly RE2JS[] | undefined;
  return (text) => {
    compiled ??= patterns.map((pattern) => RE2JS.compile(pattern));
    return compiled.reduce((left, expression) => expression.matcher(left).replaceAll(''), text);
  };
}

function lazily(pattern: string): (text: string) => boolean {
  let expression: RE2JS | undefined;
  return (text) => (expression ??= RE2JS.compile(pattern)).matcher(text).find();
}

/** Seconds since 1970 from September 2001 to July 2036: ten digits that are no telephone number. */
const EPOCH = { from: 1_000_000_000, to: 2_100_000_000 } as const;

const CONDITIONS = {
  is_epoch: (text: string) => isWhole(text) && Number(text.trim()) >= EPOCH.from && Number(text.trim()) <= EPOCH.to,
  /** How chat platforms number their people and rooms. */
  is_platform_id: (text: string) => isWhole(text) && text.trim().length >= 9 && text.trim().length <= 12,
} as const;

function isWhole(text: string): boolean {
  return /^\d{1,15}$/u.test(text.trim());
}
