import { memberOf } from '../../is-record.js';
import { SEVERITIES } from '../severity.js';
import type { Severity } from '../severity.js';

/** What the guardrail policy found in the facts of a tool call. */
export interface FactFinding {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly severity: Severity;
  readonly evidence: string;
}

/** Findings that are told of one call. */
const MAX_FINDINGS = 64;
const MAX_TEXT = 256;

/** `findings` of the guardrail's document, the most severe first. A policy may have none, and what it writes is not trusted to have a shape. */
export function factFindings(result: string | undefined): readonly FactFinding[] {
  const document = memberOf(JSON.parse(result ?? 'null') as unknown, 'findings');
  if (!Array.isArray(document)) return [];
  return document
    .flatMap((finding): FactFinding[] => {
      const severity = SEVERITIES.find((known) => known === memberOf(finding, 'severity'));
      const id = text(finding, 'id');
      if (severity === undefined || id === '') return [];
      const category = text(finding, 'category');
      return [{ id, title: text(finding, 'title') || category, category, severity, evidence: text(finding, 'evidence') }];
    })
    .sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity))
    .slice(0, MAX_FINDINGS);
}

function text(value: unknown, name: string): string {
  const found = memberOf(value, name);
  return typeof found === 'string' ? found.slice(0, MAX_TEXT) : '';
}
