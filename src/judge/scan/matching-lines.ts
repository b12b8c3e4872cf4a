import type { Span } from './finding.js';
import type { LiteralFilter } from './literal-filter.js';

/**
 * The lines of a text that hold what each of these patterns needs, in order; those that follow each other are one part. Most patterns that need
 * an `@` or two digits in a row would otherwise be looked for in whole scripts for the sake of one line.
 */
export function linesHolding(filter: LiteralFilter, text: string, patterns: readonly number[]): ReadonlyMap<number, readonly Span[]> {
  const parts = new Map<number, Part[]>(patterns.map((pattern) => [pattern, []]));
  for (let start = 0; start < text.length;) {
    const at = text.indexOf('\n', start);
    const end = at < 0 ? text.length : at;
    const holds = filter.holding(text, start, end);
    for (const [pattern, found] of parts) if (holds(pattern)) extend(found, start, end);
    start = end + 1;
  }
  return parts;
}

interface Part {
  readonly start: number;
  end: number;
}

/** All parts as one list. */
export function joinedParts(lists: readonly (readonly Span[])[]): readonly Span[] {
  if (lists.length === 1) return lists[0] ?? [];
  const joined: Part[] = [];
  for (const { start, end } of lists.flat().sort((a, b) => a.start - b.start)) extend(joined, start, end);
  return joined;
}

/** Adds a part at the end, or to the last one when nothing but a line break lies between. */
function extend(parts: Part[], start: number, end: number): void {
  const last = parts.at(-1);
  if (last !== undefined && start <= last.end + 1) last.end = Math.max(last.end, end);
  else parts.push({ start, end });
}
