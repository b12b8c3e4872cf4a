import { RE2JS, RE2Set } from 're2js';
import { lower } from '../severity.js';
import type { Severity } from '../severity.js';
import type { Check } from './checks.js';
import type { Span } from './finding.js';
import { createLiteralFilter } from './literal-filter.js';
import { joinedParts, linesHolding } from './matching-lines.js';
import { requiredLiterals } from './required-literals.js';
import type { ScanCategory, ScanRules } from './rules.js';
import { staysInLine } from './stays-in-line.js';

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

/** A pattern that matches somewhere, and the parts of the text outside of which it does not; without them it may be anywhere. */
export interface Match {
  readonly pattern: CompiledPattern;
  readonly within?: readonly Span[] | undefined;
}

/** Patterns that are asked together. */
export interface PatternSet {
  /** The patterns that match somewhere in the text. */
  matching(text: string): readonly Match[];
}

/** Patterns that run as one automaton, one pass. */
interface PatternGroup {
  readonly patterns: readonly Ranked[];
  /** None of them matches across lines. */
  readonly isInLine: boolean;
  /** Indexes of those that match. */
  readonly matching: (text: string) => readonly number[];
}

/**
 * Patterns in one automaton. Its states are sets of places in all patterns, so their number grows with the product: all 48 shipped ones
 * together build states faster than text comes (2.8 us a byte), by category they cost 10 ns a byte each.
 */
const MAX_GROUP = 16;

/**
 * Rules ready to scan. Matching is linear in the text whatever the patterns: RE2's automata, no backtracking. An automaton runs when the text
 * holds the literals that one of its patterns needs, and when its patterns match within a line, over the lines that hold them.
 */
export function compileRules({ categories }: ScanRules): PatternSet {
  const sources = categories.map((category) =>
    category.patterns.map((source, index) => ({ source, isInLine: staysInLine(source), ...describe(category, source, index) })),
  );
  const ranked = sources.flat().map((pattern, rank): Ranked => ({ ...pattern, rank }));
  const filter = createLiteralFilter(ranked.map(({ source }) => requiredLiterals(source)));
  let first = 0;
  const groups = sources.flatMap(({ length }) => {
    const own = ranked.slice(first, (first += length));
    return [false, true].flatMap((isInLine) => {
      const patterns = own.filter((pattern) => pattern.isInLine === isInLine);
      return chunks(patterns, MAX_GROUP).flatMap((chunk) => compileGroup(chunk, isInLine));
    });
  });
  return {
    matching(text) {
      const holds = filter.holding(text);
      const asked = groups.flatMap((group): Asked[] => {
        const needed = group.patterns.filter(({ rank }) => holds(rank));
        return needed.length > 0 ? [{ group, needed }] : [];
      });
      if (asked.length === 0) return [];
      const inLine = asked.flatMap(({ group, needed }) => (group.isInLine ? needed.map(({ rank }) => rank) : []));
      const lines = inLine.length > 0 && text.includes('\n') ? linesHolding(filter, text, inLine) : undefined;
      const found = asked.flatMap(({ group, needed }) =>
        lines !== undefined && group.isInLine ? inParts(group, needed, text, lines) : inAll(group, text),
      );
      return found.sort((a, b) => a.pattern.rank - b.pattern.rank);
    },
  };
}

/** A group of which some patterns have what they need. */
interface Asked {
  readonly group: PatternGroup;
  readonly needed: readonly Ranked[];
}

interface Found extends Match {
  readonly pattern: Ranked;
}

function inAll({ patterns, matching }: PatternGroup, text: string): readonly Found[] {
  return matching(text).flatMap((index) => {
    const pattern = patterns[index];
    return pattern === undefined ? [] : [{ pattern }];
  });
}

function inParts(
  { patterns, matching }: PatternGroup,
  needed: readonly Ranked[],
  text: string,
  lines: ReadonlyMap<number, readonly Span[]>,
): readonly Found[] {
  const parts = joinedParts(needed.map(({ rank }) => lines.get(rank) ?? []));
  const indexes = new Set(parts.flatMap(({ start, end }) => matching(text.slice(start, end))));
  return needed.flatMap((pattern) => (indexes.has(patterns.indexOf(pattern)) ? [{ pattern, within: lines.get(pattern.rank) }] : []));
}

interface Ranked extends CompiledPattern {
  readonly source: string;
  readonly isInLine: boolean;
  /** Its place among all patterns. */
  readonly rank: number;
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
function compileGroup(patterns: readonly Ranked[], isInLine: boolean): readonly PatternGroup[] {
  const set = new RE2Set();
  for (const { source } of patterns) set.add(source);
  try {
    set.compile();
  } catch (error) {
    if (patterns.length <= 1) throw error;
    return chunks(patterns, Math.ceil(patterns.length / 2)).flatMap((half) => compileGroup(half, isInLine));
  }
  return [{ patterns, isInLine, matching: (text) => set.match(text) }];
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
