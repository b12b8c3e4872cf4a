import { readCall } from '../facts/read-call.js';
import { compileStrips, compileSuppressions } from '../pack/suppress.js';
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
  readonly strip: (text: string) => string;
}

export function readyRules(rules: ScanRules): ReadyRules {
  const { suppressions = { findings: [], tools: [] } } = rules;
  return { patterns: compileRules(rules), suppress: compileSuppressions(suppressions), strip: compileStrips(suppressions.strips ?? []) };
}

/** All that the local scan has to say of a content, on the thread that calls. */
export function scanContent({ patterns, suppress, strip }: ReadyRules, text: string, origin: ScanOrigin): ScanResult {
  const { call, toolName } = origin;
  const result = suppress(scanText(patterns, text, call !== undefined), toolName);
  const stripped = origin.strip === true ? strip(text) : text;
  return {
    ...result,
    ...(call === undefined ? {} : { facts: JSON.stringify(readCall(call)) }),
    ...(stripped === text ? {} : { stripped }),
  };
}
