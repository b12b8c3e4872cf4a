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

/** Of a text in which there is a match: the first `limit` that are not empty and that `judge` takes. None when none fits into a window. */
export function locate(expression: RE2JS, text: string, limit: number, judge: (span: Span) => Word): Located {
  const spans: Span[] = [];
  let low: Span | undefined;
  let skipped = false;
  let free = 0;
  for (let start = 0; spans.length < limit; start += WINDOW - OVERLAP) {
    const window = text.slice(start, start + WINDOW);
    // A text that fits into one window has been asked.
    if (text.length <= WINDOW || expression.test(window)) {
      const matcher = expression.matcher(window);
      let last = 0;
      // Most texts match once, and to look for a second match in vain costs the most. A match sees one character before it.
      while (spans.length < limit && (last === 0 || expression.test(window.slice(last - 1))) && matcher.find()) {
        last = matcher.end();
        const span = { start: start + matcher.start(), end: start + matcher.end() };
        if (span.end <= span.start || span.start < free) continue;
        free = span.end;
        const word = judge(span);
        if (word === 'take') spans.push(span);
        else if (word === 'low') low ??= span;
        else skipped = true;
      }
    }
    if (start + WINDOW >= text.length) break;
  }
  return { spans, low, skipped };
}
