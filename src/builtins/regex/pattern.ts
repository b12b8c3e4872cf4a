import { LRUCache } from 'lru-cache';
import { RE2JS, RE2JSException } from 're2js';
import type { Step } from '../../value/step.js';
import { BuiltinError } from '../builtin.js';
import type { Meter } from '../builtin.js';
import { countedText } from './counted-text.js';
import { patternSize } from './pattern-size.js';

/**
 * Compiled patterns kept per worker. Policies have tens of them; patterns built from input must not fill the memory, so the
 * sum of their program sizes is bounded as well (an instruction takes some 100 bytes).
 */
const MAX_PATTERNS = 256;
const MAX_INSTRUCTIONS = 200_000;

/** Longest pattern text that serves as a key; longer ones are compiled for each call. */
const MAX_KEPT_LENGTH = 16_384;

/** Microseconds that compiling takes for each instruction of the program. */
const US_PER_INSTRUCTION = 4;

const compiled = new LRUCache<string, RE2JS>({
  max: MAX_PATTERNS,
  maxSize: MAX_INSTRUCTIONS,
  sizeCalculation: (pattern) => Math.max(pattern.programSize(), 1),
});

/** One match: where it begins and ends, and its groups (undefined where a group took no part), the whole match first. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
}

/** The pattern under RE2's syntax, compiled once; throws BuiltinError with Go's message otherwise. */
export function compilePattern(source: string, { reserve }: Meter): RE2JS {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  reserve(patternSize(source) * US_PER_INSTRUCTION);
  try {
    const pattern = RE2JS.compile(source);
    if (source.length <= MAX_KEPT_LENGTH) compiled.set(source, pattern);
    return pattern;
  } catch (cause) {
    if (cause instanceof RE2JSException) throw new BuiltinError(cause.message, { cause });
    throw cause;
  }
}

export function isValidPattern(source: string, meter: Meter): boolean {
  try {
    compilePattern(source, meter);
    return true;
  } catch (error) {
    if (error instanceof BuiltinError) return false;
    throw error;
  }
}

/** True when the pattern matches somewhere in the text. */
export function matches(pattern: RE2JS, text: string, step: Step): boolean {
  return pattern.test(countedText(text, pattern.programSize(), step));
}

/**
 * The first `limit` matches, all of them when it is negative. As in Go an empty match right after another match does not count.
 */
export function findAll(pattern: RE2JS, text: string, step: Step, limit = -1): readonly Match[] {
  const matches: Match[] = [];
  const matcher = pattern.matcher(countedText(text, pattern.programSize(), step));
  let position = 0;
  let previousEnd = -1;
  while (position <= text.length && (limit < 0 || matches.length < limit) && matcher.find(position)) {
    step(1 + matcher.groupCount());
    const start = matcher.start();
    const end = matcher.end();
    if (start !== end || start !== previousEnd) {
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? undefined);
      matches.push({ start, end, groups });
    }
    previousEnd = end;
    position = end > position ? end : position + stride(text, position);
  }
  return matches;
}

/** Code units of the code point at the place. */
function stride(text: string, position: number): number {
  return (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
}
