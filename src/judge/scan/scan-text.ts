import { toUSVString } from 'node:util';
import { higher, SEVERITIES } from '../severity.js';
import type { Severity } from '../severity.js';
import type { CompiledPattern, PatternGroup } from './compiled-rules.js';
import { decodeSegments } from './encoded.js';
import type { Disguise, ScanFinding, ScanResult, Span } from './finding.js';
import { fold } from './fold.js';
import { locate } from './locate.js';

/** Findings that are told of one text. */
const MAX_FINDINGS = 64;
/** Places that are told of one pattern. */
const MAX_PLACES = 4;
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
export function scanText(groups: readonly PatternGroup[], text: string, isToolCall = false): ScanResult {
  const found: ScanFinding[] = [];
  let severity: Severity = 'NONE';
  let truncated = false;
  for (const view of viewsOf(text)) {
    const matching = groups.flatMap((group) => group.matching(view.text));
    const weighed = isToolCall ? matching.map((pattern) => ({ ...pattern, severity: pattern.toolCallSeverity })) : matching;
    for (const pattern of weighed.sort(byWeight)) {
      severity = higher(severity, pattern.severity);
      // No room and nothing less severe to push out: where it stands need not be looked up.
      if (found.length >= MAX_FINDINGS && found.every((other) => weight(other) >= weight(pattern))) {
        truncated = true;
        continue;
      }
      for (const span of placesOf(pattern, view.text)) {
        const finding = describe(pattern, view, span);
        if (found.some((other) => isSame(other, finding))) continue;
        if (found.length >= MAX_FINDINGS) truncated = true;
        keep(found, finding);
      }
    }
  }
  return { severity, findings: found.sort((a, b) => byWeight(a, b) || a.span.start - b.span.start), truncated };
}

/** The text itself, the undisguised text when it differs, then every decoded segment in the same two ways. */
function* viewsOf(text: string): Generator<View, void, undefined> {
  yield { text, toOriginal: (span) => span };
  const folded = fold(text);
  const toOriginal = ({ start, end }: Span): Span => {
    if (folded === undefined) return { start, end };
    return { start: folded.origin[start] ?? text.length, end: folded.origin[end] ?? text.length };
  };
  if (folded !== undefined) yield { text: folded.text, disguise: 'unicode', toOriginal };
  for (const segment of decodeSegments(folded?.text ?? text)) {
    const whole = (): Span => toOriginal(segment.span);
    yield { text: segment.text, disguise: 'base64', toOriginal: whole };
    const inner = fold(segment.text);
    if (inner !== undefined) yield { text: inner.text, disguise: 'base64', toOriginal: whole };
  }
}

/** A match that cannot be placed is no less a match: it stands for the whole text. */
function placesOf(pattern: CompiledPattern, text: string): readonly Span[] {
  const spans = locate(pattern.expression(), text, MAX_PLACES);
  return spans.length > 0 ? spans : [{ start: 0, end: text.length }];
}

function describe({ id, category, severity }: CompiledPattern, view: View, span: Span): ScanFinding {
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
