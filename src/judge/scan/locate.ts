import type { RE2JS } from 're2js';
import type { Word } from './checks.js';
import type { Span } from './finding.js';

/**
 * Telling where a match is costs up to 2 us a unit, that there is one 10 ns. So the text is asked in windows, and only in one that
 * matches is the place looked up. The overlap is what a match may be long at least to be found by it; what is longer may be missed here.
 */
const WINDOW = 4096;
const OVERLAP = 1024;

/** Where a pattern matches, as far as it counts. */
export interface Located {
  /** The first matches that are taken, in order. */
  readonly spans: readonly Span[];
  /** The first that is worth little. */
  readonly low: Span | undefined;
  /** There are others, which are worth nothing. */
  readonly skipped: boolean;
}

/**
 * Of a text in which there is a match: the first `limit` that are not empty and that `judge` takes. None when none fits into a window. `within`
 * are the parts in which matches may be, when they are known not to be elsewhere.
 */
export function locate(
  expression: RE2JS,
  text: string,
  limit: number,
  judge: (span: Span) => Word,
  within: readonly Span[] = [{ start: 0, end: text.length }],
): Located {
  const found: Found = { spans: [], low: undefined, skipped: false, free: 0 };
  for (const part of within) {
    if (found.spans.length >= limit) break;
    look(expression, text, part, limit, judge, found);
  }
  return found;
}

interface Found {
  readonly spans: Span[];
  low: Span | undefined;
  skipped: boolean;
  /** Behind the last match. */
  free: number;
}

function look(expression: RE2JS, text: string, part: Span, limit: number, judge: (span: Span) => Word, found: Found): void {
  const { spans } = found;
  const isAsked = part.end - part.start === text.length && text.length <= WINDOW;
  for (let start = part.start; spans.length < limit; start += WINDOW - OVERLAP) {
    const window = text.slice(start, Math.min(start + WINDOW, part.end));
    // A text that fits into one window has been asked.
    if (isAsked || expression.test(window)) {
      const matcher = expression.matcher(window);
      let last = 0;
      // Most texts match once, and to look for a second match in vain costs the most. A match sees one character before it.
      while (spans.length < limit && (last === 0 || expression.test(window.slice(last - 1))) && matcher.find()) {
        last = matcher.end();
        const span = { start: start + matcher.start(), end: start + matcher.end() };
        if (span.end <= span.start || span.start < found.free) continue;
        found.free = span.end;
        const word = judge(span);
        if (word === 'take') spans.push(span);
        else if (word === 'low') found.low ??= span;
        else found.skipped = true;
      }
    }
    if (start + WINDOW >= part.end) break;
  }
}
