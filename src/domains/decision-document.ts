import { GatewayError, ERRORS } from '../errors.js';
import type { ErrorCode } from '../errors.js';
import type { ClosedReason, DomainAnswer } from './domain.js';

/** The document of a package: public rules and private ones, by name. */
export type DecisionDocument = Readonly<Record<string, unknown>>;

/** Reads a decision document. Throws GatewayError `decision_invalid` unless it is an object. */
export function readDocument(result: string | undefined): DecisionDocument {
  if (result === undefined) throw new GatewayError('decision_invalid', 'empty result set');
  const document: unknown = JSON.parse(result);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new GatewayError('decision_invalid', `expected an object, got ${typeName(document)}`);
  }
  return document as DecisionDocument;
}

/** A grant by its name when the member of a decision document says one of the words that permit. */
export function granted(document: DecisionDocument, name: string, words: readonly unknown[]): readonly string[] {
  return words.includes(document[name]) ? [name] : [];
}

/** A grant for each text in a list of a decision document. */
export function grantedEach(document: DecisionDocument, name: string): readonly string[] {
  return (listOf(document, name) ?? []).map((member) => `${name}: ${member}`);
}

/** The rule that is the decision itself. Throws GatewayError `decision_invalid` when the policy leaves it undefined. */
export function decided(document: DecisionDocument, name: string): string {
  const text = textOf(document, name);
  if (text === '') throw new GatewayError('decision_invalid', `${name} is undefined`);
  return text;
}

/** A rule as text: undefined is empty, and what is no string is printed. */
export function textOf(document: DecisionDocument, name: string): string {
  const value = document[name];
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A rule as a list of strings: members of other types are dropped, undefined is null. */
export function listOf(document: DecisionDocument, name: string): readonly string[] | null {
  const value: unknown = document[name];
  return Array.isArray(value) ? value.filter((member): member is string => typeof member === 'string') : null;
}

/** Closed form of the domains whose wire has an error for it: 503 while nothing can be asked, else 500 with the prefix. */
export function closedError(reason: ClosedReason, prefix: string): DomainAnswer {
  if (reason.code === 'evaluation_no_revision') return { status: 503, body: { error: reason.message } };
  return { status: statusOf(reason.code) === 503 ? 503 : 500, body: { error: `${prefix}: ${reason.message}` } };
}

function statusOf(code: string): number {
  return code in ERRORS ? ERRORS[code as ErrorCode].status : 500;
}

/** A word as a metric label: a policy may invent words, but not series. */
export function labelOf(word: unknown, known: readonly string[]): string {
  const label = typeof word === 'string' ? word.trim().toLowerCase() : '';
  return known.includes(label) ? label : 'other';
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
