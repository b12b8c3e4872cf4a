import { readCall } from '../facts/read-call.js';
import { compileSuppressions } from '../pack/suppress.js';
import type { Suppress } from '../pack/suppress.js';
import { compileRules } from './compiled-rules.js';
import type { PatternSet } from './compiled-rules.js';
import type { ScanResult } from './finding.js';
import type { ScanRules } from './rules.js';
import type { ScanOrigin } from './scanner.js';
import { scanText } from './scan-text.js';

/** Rules that are ready to scan with. */
export interface ReadyRules {
  readonly patterns: PatternSet;
  readonly suppress: Suppress;
}

export function readyRules(rules: ScanRules): ReadyRules {
  return { patterns: compileRules(rules), suppress: compileSuppressions(rules.suppressions ?? { findings: [], tools: [] }) };
}

/** All that the local scan has to say of a content, on the thread that calls. */
export function scanContent({ patterns, suppress }: ReadyRules, text: string, { call, toolName }: ScanOrigin): ScanResult {
  const result = suppress(scanText(patterns, text, call !== undefined), toolName);
  return call === undefined ? result : { ...result, facts: readCall(call) };
}
