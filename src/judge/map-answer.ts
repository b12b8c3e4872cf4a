import { readEntities, readLabels } from './answer.js';
import type { LabelAnswer } from './answer.js';
import { severityFor } from './judge-policy.js';
import type { CategoryPolicy, KindPolicy } from './judge-policy.js';
import { KINDS } from './kinds.js';
import type { JudgeDirection } from './kinds.js';
import { actionOf, higher } from './severity.js';
import type { Severity } from './severity.js';
import { CLEAN } from './verdict.js';
import type { JudgeFinding, Verdict } from './verdict.js';

export interface Judged {
  readonly policy: KindPolicy;
  readonly direction: JudgeDirection;
  /** What was judged. */
  readonly content: string;
}

/** The verdict that the text of a model's answer comes to. Throws JudgeFailure `parse`. */
export function mapAnswer(text: string, judged: Judged): Verdict {
  return KINDS[judged.policy.kind].answer === 'label' ? mapLabels(text, judged) : mapEntities(text, judged);
}

interface Labelled {
  readonly category: CategoryPolicy;
  readonly answer: LabelAnswer;
}

function mapLabels(text: string, { policy, direction }: Judged): Verdict {
  const { ignoresWeak, reasonPrefix } = KINDS[policy.kind];
  const answers = readLabels(text, policy);
  const labelled = policy.categories.flatMap((category): Labelled[] => {
    const answer = answers.get(category.name);
    return answer?.label === true ? [{ category, answer }] : [];
  });
  const counted = ignoresWeak ? labelled.filter(({ answer }) => answer.strength !== 'weak_signal') : labelled;
  if (labelled.length === 0) return CLEAN;
  const onlyWeak = counted.length === 0;
  const shown = onlyWeak ? labelled : counted;
  const names = shown.map(({ category }) => category.name).join(', ');
  return verdict(onlyWeak ? 'MEDIUM' : severityOf(counted, policy), {
    reason: `${reasonPrefix}: ${names}${onlyWeak ? ' (weak signals only)' : ''}`,
    findings: shown.map(({ category }) => ({ id: category.id, category: category.name, severity: severityFor(category, direction) })),
    entityCount: 0,
  });
}

/** The number of categories decides; a structural one stands above it. */
function severityOf(counted: readonly Labelled[], { minForHigh, minForCritical, singleMax }: KindPolicy): Severity {
  const structural = counted.filter(({ category }) => category.structural);
  if (counted.length >= minForCritical) return 'CRITICAL';
  if (structural.some(({ answer }) => answer.strength === 'strong_signal')) return 'CRITICAL';
  if (counted.length >= minForHigh || structural.length > 0) return 'HIGH';
  return singleMax ?? 'HIGH';
}

function mapEntities(text: string, { policy, direction, content }: Judged): Verdict {
  const answers = readEntities(text, policy);
  const haystack = squeeze(content);
  const found = policy.categories
    .map((category) => ({
      category,
      entities: [...new Set(answers.get(category.name) ?? [])].filter((entity) => standsIn(haystack, entity)),
    }))
    .filter(({ entities }) => entities.length > 0);
  if (found.length === 0) return CLEAN;
  const findings = found.map(({ category, entities }) => ({
    id: category.id,
    category: category.name,
    severity: severityFor(category, direction),
    evidence: entities.join(', '),
    entities: Object.freeze(entities),
  }));
  const counts = found.map(({ category, entities }) => `${category.name}: ${entities.length} instance(s) detected`);
  return verdict(findings.map(({ severity }) => severity).reduce(higher), {
    reason: `${KINDS[policy.kind].reasonPrefix}: ${counts.join('; ')}`,
    findings,
    entityCount: found.reduce((sum, { entities }) => sum + entities.length, 0),
  });
}

/** Models make data up, or repeat the examples of the prompt: what does not stand in the content was not found in it. */
function standsIn(haystack: string, entity: string): boolean {
  const needle = squeeze(entity);
  return needle !== '' && haystack.includes(needle);
}

function squeeze(text: string): string {
  return text.replace(/\s+/gu, '').toLowerCase();
}

function verdict(severity: Severity, rest: { reason: string; findings: readonly JudgeFinding[]; entityCount: number }): Verdict {
  const findings = Object.freeze(rest.findings.map((finding) => Object.freeze(finding)));
  return Object.freeze({ ...CLEAN, ...rest, findings, action: actionOf(severity), severity });
}
