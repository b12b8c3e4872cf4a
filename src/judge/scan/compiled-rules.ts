import { RE2JS, RE2Set } from 're2js';
import { lower } from '../severity.js';
import type { Severity } from '../severity.js';
import type { Check } from './checks.js';
import { createLiteralFilter } from './literal-filter.js';
import { requiredLiterals } from './required-literals.js';
import type { ScanCategory, ScanRules } from './rules.js';

/** One pattern of the rules. */
export interface CompiledPattern {
  readonly id: string;
  readonly category: string;
  readonly severity: Severity;
  /** See {@link ScanCategory.toolCallSeverity}. */
  readonly toolCallSeverity: Severity;
  readonly check?: Check;
  /** Compiled on first use: most patterns never match, and the group has told so. */
  readonly expression: () => RE2JS;
}

/** Patterns that are asked together. */
export interface PatternSet {
  /** The patterns that match somewhere in the text. */
  matching(text: string): readonly CompiledPattern[];
}

/** Patterns that run as one automaton, one pass. */
interface PatternGroup extends PatternSet {
  readonly patterns: readonly Source[];
}

/**
 * Patterns in one automaton. Its states are sets of places in all patterns, so their number grows with the product: all 48 shipped ones
 * together build states faster than text comes (2.8 us a byte), by category they cost 10 ns a byte each.
 */
const MAX_GROUP = 16;

/**
 * Rules ready to scan. Matching is linear in the text whatever the patterns: RE2's automata, no backtracking. An automaton runs when the text
 * holds the literals that one of its patterns needs.
 */
export function compileRules({ categories }: ScanRules): PatternSet {
  const groups = categories.flatMap((category) => {
    const patterns = category.patterns.map((source, index) => ({ source, ...describe(category, source, index) }));
    return chunks(patterns, MAX_GROUP).flatMap(compileGroup);
  });
  const filter = createLiteralFilter(groups.flatMap(({ patterns }) => patterns.map(({ source }) => requiredLiterals(source))));
  const firsts = groups.map((_, at) => groups.slice(0, at).reduce((sum, { patterns }) => sum + patterns.length, 0));
  return {
    matching(text) {
      const holds = filter.holding(text);
      return groups.flatMap((group, at) =>
        group.patterns.some((_, index) => holds((firsts[at] ?? 0) + index)) ? group.matching(text) : [],
      );
    },
  };
}

interface Source extends CompiledPattern {
  readonly source: string;
}

function describe(category: ScanCategory, source: string, index: number): CompiledPattern {
  const { name, severity, toolCallSeverity = severity, check, ids } = category;
  let compiled: RE2JS | undefined;
  return {
    id: ids?.[index] ?? `LOCAL-${name.toUpperCase().replace(/[^A-Z0-9]+/g, '-')}-${index + 1}`,
    category: name,
    severity,
    toolCallSeverity: lower(severity, toolCallSeverity),
    ...(check === undefined ? {} : { check }),
    expression: () => (compiled ??= RE2JS.compile(source)),
  };
}

/** Each pattern compiles, or the revision would not serve; together they may be too large for one automaton. */
function compileGroup(patterns: readonly Source[]): readonly PatternGroup[] {
  const set = new RE2Set();
  for (const { source } of patterns) set.add(source);
  try {
    set.compile();
  } catch (error) {
    if (patterns.length <= 1) throw error;
    return chunks(patterns, Math.ceil(patterns.length / 2)).flatMap(compileGroup);
  }
  return [{ patterns, matching: (text) => set.match(text).flatMap((index) => patterns[index] ?? []) }];
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
