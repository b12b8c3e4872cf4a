import { createHash } from 'node:crypto';
import type { Revision } from '../../policy/revision.js';
import { lazyDocument } from '../../policy/sections.js';
import type { Suppressions } from '../pack/rule-pack.js';
import { SEVERITIES } from '../severity.js';
import type { Severity } from '../severity.js';
import { CHECKS } from './checks.js';
import type { Check } from './checks.js';

/** The patterns of one category. */
export interface ScanCategory {
  readonly name: string;
  readonly severity: Severity;
  /** What a match is worth at most in the arguments of a tool: what the tool would do is known from its facts. */
  readonly toolCallSeverity?: Severity;
  /** What is asked of a match beyond its shape. */
  readonly check?: Check;
  /** RE2 syntax. */
  readonly patterns: readonly string[];
  /** Of the patterns, where these have ids of their own. */
  readonly ids?: readonly string[];
}

/** What a revision scans for. Immutable. */
export interface ScanRules {
  /** SHA-256 of the categories: revisions that scan alike share what was compiled. */
  readonly key: string;
  readonly categories: readonly ScanCategory[];
  readonly suppressions?: Suppressions;
}

const memo = new WeakMap<Revision, ScanRules>();

/** `data.guardrail.patterns`, `severity_mappings`, `tool_call_severity` and `checks` of a revision, read once. */
export function scanRulesOf(revision: Revision): ScanRules {
  const known = memo.get(revision);
  if (known !== undefined) return known;
  const rules = scanRules(lazyDocument(revision.data));
  memo.set(revision, rules);
  return rules;
}

/** The same from a data document. What has another shape than the schema demands is no pattern. */
export function scanRules(data: unknown): ScanRules {
  const guardrail = member(data, 'guardrail');
  const mappings = record(member(guardrail, 'severity_mappings'));
  const checks = record(member(guardrail, 'checks'));
  const inToolCalls = record(member(guardrail, 'tool_call_severity'));
  const categories = Object.entries(record(member(guardrail, 'patterns'))).map(([name, patterns]) => ({
    name,
    severity: severityOf(mappings[name]),
    ...(inToolCalls[name] === undefined ? {} : { toolCallSeverity: severityOf(inToolCalls[name]) }),
    ...checkOf(checks[name]),
    patterns: Array.isArray(patterns) ? patterns.filter((pattern): pattern is string => typeof pattern === 'string') : [],
  }));
  return { key: createHash('sha256').update(JSON.stringify(categories)).digest('hex'), categories };
}

function checkOf(given: unknown): { readonly check?: Check } {
  const check = CHECKS.find((known) => known === given);
  return check === undefined ? {} : { check };
}

/** A category that nobody ranked is taken seriously. */
function severityOf(given: unknown): Severity {
  const word = typeof given === 'string' ? given.trim().toUpperCase() : '';
  return SEVERITIES.find((severity) => severity === word) ?? 'HIGH';
}

function member(value: unknown, name: string): unknown {
  return record(value)[name];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
