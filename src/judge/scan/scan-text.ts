import { toUSVString } from 'node:util';
import { higher, lower, SEVERITIES } from '../severity.js';
import type { Severity } from '../severity.js';
import { checkMatch } from './checks.js';
import type { Check } from './checks.js';
import type { CompiledPattern, Match, PatternSet } from './compiled-rules.js';
import { decodeSegments } from './encoded.js';
import type { Disguise, ScanFinding, ScanResult, Span } from './finding.js';
import { fold, foldAsSeen, isAscii } from './fold.js';
import type { Folded } from './fold.js';
import { spellOut } from './leet.js';
import { locate } from './locate.js';
import { closeUp, unescapeText } from './unescape.js';

/** Findings that are told of one text. */
const MAX_FINDINGS = 64;
/** Places that are told of one pattern. */
export const MAX_PLACES = 4;
/** Longest evidence in UTF-16 units. */
const MAX_EVIDENCE = 256;

/** One way to read the text, and the way back to where it stands. */
interface View {
  readonly text: string;
  readonly disguise?: Disguise;
  readonly toOriginal: (span: Span) => Span;
}

/**
 * Scans a text as it is, undisguised, and what is encoded in it. The cost is linear in the length. In a tool call a match may be worth
 * less: its arguments are told apart elsewhere.
 */
export function scanText(patterns: PatternSet, text: string, isToolCall = false): ScanResult {
  const found: ScanFinding[] = [];
  let severity: Severity = 'NONE';
  let truncated = false;
  for (const view of viewsOf(text)) {
    const matches = patterns.matching(view.text);
    const weighed = matches.map(({ pattern, within }): Weighed => {
      const { id, category, check, expression } = pattern;
      return { id, category, check, expression, within, severity: isToolCall ? pattern.toolCallSeverity : pattern.severity };
    });
    for (const pattern of weighed.sort(byWeight)) {
      // No room and nothing less severe to push out: where it stands need not be looked up.
      if (found.length >= MAX_FINDINGS && found.every((other) => weight(other) >= weight(pattern))) {
        truncated = true;
        if (pattern.check === undefined) severity = higher(severity, pattern.severity);
        continue;
      }
      for (const place of placesOf(pattern, view.text)) {
        const finding = describe(pattern, place.severity, view, place.span);
        severity = higher(severity, finding.severity);
        if (found.some((other) => isSame(other, finding))) continue;
        if (found.length >= MAX_FINDINGS) truncated = true;
        keep(found, finding);
      }
    }
  }
  return { severity, findings: found.sort((a, b) => byWeight(a, b) || a.span.start - b.span.start), truncated };
}

/** Rounds of Base64 that are undone. */
const MAX_ROUNDS = 2;

type ToOriginal = (span: Span) => Span;

/** The text itself, what is read into it and what is seen of it, what its escapes mean, and every decoded segment in the same ways. */
function* viewsOf(text: string): Generator<View, void, undefined> {
  yield { text, toOriginal: (span) => span };
  yield* undisguised(text, (span) => span, MAX_ROUNDS);
}

function* undisguised(text: string, toOriginal: ToOriginal, rounds: number, disguise?: Disguise): Generator<View, void, undefined> {
  const back =
    (folded: Folded, before: ToOriginal): ToOriginal =>
    ({ start, end }) =>
      before({ start: folded.origin[start] ?? text.length, end: folded.origin[end] ?? text.length });
  let read: { readonly text: string; readonly toOriginal: ToOriginal } = { text, toOriginal };
  const layer = (folded: Folded, name: Disguise): View => {
    read = { text: folded.text, toOriginal: back(folded, read.toOriginal) };
    return { ...read, disguise: disguise ?? name };
  };
  const isPlain = isAscii(text);
  const seen = isPlain ? undefined : foldAsSeen(text);
  const folded = isPlain ? undefined : fold(text);
  if (folded !== undefined) yield layer(folded, 'unicode');
  if (seen !== undefined && seen.text !== folded?.text) {
    yield { text: seen.text, disguise: disguise ?? 'unicode', toOriginal: back(seen, toOriginal) };
  }
  const unescaped = unescapeText(read.text);
  if (unescaped !== undefined) {
    yield layer(unescaped, 'escaped');
    const again = fold(read.text);
    if (again !== undefined) yield layer(again, 'escaped');
  }
  const closed = closeUp(read.text);
  if (closed !== undefined) yield { text: closed.text, disguise: disguise ?? 'spaced', toOriginal: back(closed, read.toOriginal) };
  const spelt = spellOut(read.text);
  if (spelt !== undefined) yield { text: spelt.text, disguise: disguise ?? 'leet', toOriginal: back(spelt, read.toOriginal) };
  if (rounds === 0) return;
  const outer = read;
  for (const segment of decodeSegments(outer.text)) {
    const whole = (): Span => outer.toOriginal(segment.span);
    yield { text: segment.text, disguise: 'base64', toOriginal: whole };
    yield* undisguised(segment.text, whole, rounds - 1, 'base64');
  }
}

/** A pattern that matches, with what that is worth here. */
interface Weighed extends Pick<Match, 'within'> {
  readonly id: string;
  readonly category: string;
  readonly severity: Severity;
  readonly check: Check | undefined;
  readonly expression: CompiledPattern['expression'];
}

interface Place {
  readonly span: Span;
  readonly severity: Severity;
}

/** A match that cannot be placed is no less a match: it stands for the whole text. One that is quoted in order to be refused is LOW. */
function placesOf({ check, severity, expression, within }: Weighed, text: string): readonly Place[] {
  const { spans, low, skipped } = locate(expression(), text, MAX_PLACES, (span) => checkMatch(check, text, span), within);
  if (spans.length > 0) return spans.map((span) => ({ span, severity }));
  if (low !== undefined) return [{ span: low, severity: lower(severity, 'LOW') }];
  return skipped ? [] : [{ span: { start: 0, end: text.length }, severity }];
}

function describe({ id, category }: Weighed, severity: Severity, view: View, span: Span): ScanFinding {
  const evidence = toUSVString(view.text.slice(span.start, Math.min(span.end, span.start + MAX_EVIDENCE)));
  const { disguise } = view;
  return { id, category, severity, span: view.toOriginal(span), evidence, ...(disguise === undefined ? {} : { disguise }) };
}

/** Found in another reading of the same place. */
function isSame(a: ScanFinding, b: ScanFinding): boolean {
  return a.id === b.id && a.span.start < b.span.end && b.span.start < a.span.end;
}

/** Of too many, the least severe is left out. */
function keep(found: ScanFinding[], finding: ScanFinding): void {
  if (found.length < MAX_FINDINGS) {
    found.push(finding);
    return;
  }
  const least = found.reduce((a, b) => (weight(b) <= weight(a) ? b : a));
  if (weight(least) < weight(finding)) found[found.indexOf(least)] = finding;
}

function byWeight(a: Ranked, b: Ranked): number {
  return weight(b) - weight(a);
}

type Ranked = Pick<CompiledPattern, 'severity'>;

function weight({ severity }: Ranked): number {
  return SEVERITIES.indexOf(severity);
}
