import { RE2JS } from 're2js';
import type { ScanFinding, ScanResult } from '../scan/finding.js';
import { MAX_PLACES } from '../scan/scan-text.js';
import { higher } from '../severity.js';
import type { Suppressions } from './rule-pack.js';

/** Takes findings out that the rule pack suppresses. */
export type Suppress = (result: ScanResult, toolName: string | undefined) => ScanResult;

/** Suppressions ready to use. Patterns are compiled on first use: most texts have no finding. */
export function compileSuppressions({ findings, tools }: Suppressions): Suppress {
  const entities = findings.map(({ finding, pattern, condition }) => {
    const matches = lazily(pattern);
    return { finding, covers: (evidence: string) => matches(evidence) && (condition === undefined || CONDITIONS[condition](evidence)) };
  });
  const names = tools.map(({ pattern, findings: ids }) => ({ ids: new Set(ids), matches: lazily(pattern) }));

  function isCovered({ id, evidence }: ScanFinding): boolean {
    return entities.some(({ finding, covers }) => finding === id && covers(evidence));
  }

  return (result, toolName) => {
    if (result.findings.length === 0) return result;
    const silenced = names.filter(({ matches }) => toolName !== undefined && matches(toolName)).map(({ ids }) => ids);
    const loud = result.findings.filter(({ id }) => !silenced.some((ids) => ids.has(id)));
    const covered = loud.filter(isCovered);
    // Of a pattern that matches in more places than are told nobody knows what the others are.
    const unsure = new Set(covered.map(({ id }) => id).filter((id) => covered.filter((other) => other.id === id).length >= MAX_PLACES));
    const kept = loud.filter((finding) => unsure.has(finding.id) || !covered.includes(finding));
    if (kept.length === result.findings.length) return result;
    const severity = kept.map((finding) => finding.severity).reduce(higher, 'NONE');
    return { ...result, findings: kept, severity: result.truncated ? result.severity : severity };
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
