import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import { stringOperand } from './operands.js';
import { termText } from './term-text.js';

interface Version {
  readonly numbers: readonly bigint[];
  readonly preRelease: string;
}

const IDENTIFIERS = /^[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*$/;
const NUMERIC = /^[0-9]+$/;
const INT64_MAX = 2n ** 63n - 1n;

function compare(_context: BuiltinContext, left: RegoValue = null, right: RegoValue = null): RegoValue {
  const texts = [stringOperand(left, 1), stringOperand(right, 2)];
  const [a, b] = texts.map((text, index) => {
    const version = parse(text);
    if (version === undefined) throw new BuiltinError(`operand ${index + 1}: string ${termText(text)} is not a valid SemVer`);
    return version;
  });
  return a === undefined || b === undefined ? 0 : compareVersions(a, b);
}

function isValid(_context: BuiltinContext, text: RegoValue = null): RegoValue {
  return typeof text === 'string' && parse(text) !== undefined;
}

/**
 * OPA's own reading of SemVer 2.0.0: a leading `v` is fine, the three numbers are int64, build metadata counts for nothing.
 * The semver package is stricter about the first and looser about the second.
 */
function parse(text: string): Version | undefined {
  const [rest, metadata] = cut(text.replace(/^v/, ''), '+');
  if (metadata !== undefined && !IDENTIFIERS.test(metadata)) return undefined;
  const [core, preRelease] = cut(rest, '-');
  if (preRelease !== undefined && !validPreRelease(preRelease)) return undefined;
  const parts = core.split('.');
  if (parts.length !== 3 || !parts.every((part) => /^(0|[1-9][0-9]*)$/.test(part))) return undefined;
  if (parts.some((part) => part.length > 19)) return undefined;
  const numbers = parts.map(BigInt);
  return numbers.every((number) => number <= INT64_MAX) ? { numbers, preRelease: preRelease ?? '' } : undefined;
}

function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function validPreRelease(text: string): boolean {
  return IDENTIFIERS.test(text) && !text.split('.').some((part) => part.length > 1 && part.startsWith('0') && NUMERIC.test(part));
}

function compareVersions(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.preRelease === b.preRelease) return 0;
  // Of two equal versions the one without a pre-release is the greater.
  if (a.preRelease === '') return 1;
  if (b.preRelease === '') return -1;
  return comparePreReleases(a.preRelease.split('.'), b.preRelease.split('.'));
}

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(part, other);
    if (order !== 0) return order;
  }
  return a.length < b.length ? -1 : 0;
}

function compareIdentifiers(a: string, b: string): number {
  const numericA = NUMERIC.test(a);
  const numericB = NUMERIC.test(b);
  if (numericA !== numericB) return numericA ? -1 : 1;
  if (numericA) {
    const [x, y] = [clamped(a), clamped(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Go's Atoi answers the largest int64 for a number that does not fit. Leading zeros were refused. */
function clamped(text: string): bigint {
  if (text.length > 19) return INT64_MAX;
  const number = BigInt(text);
  return number > INT64_MAX ? INT64_MAX : number;
}

export const semverBuiltins: BuiltinGroup = { 'semver.compare': compare, 'semver.is_valid': isValid };
