import { GatewayError } from '../errors.js';
import { checkDepth } from './depth.js';
import type { Step } from './step.js';
import { RegoDecimal, RegoObject, RegoSet } from './value.js';
import type { RegoValue } from './value.js';

/** A half of a surrogate pair alone: UTF-8 cannot carry it, and Go puts the replacement character there. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * The text of a value as `opa_value_parse` reads it: JSON, with sets as `{1,2}` and `set()` and keys of any type.
 * Throws GatewayError `value_too_deep`, or `value_invalid` for NaN and infinity. `step` counts values.
 */
export function formatTerm(value: RegoValue, step?: Step): string {
  return term(value, 0, step);
}

function term(value: RegoValue, depth: number, step?: Step): string {
  step?.();
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      return finite(value);
    case 'object':
      return value === null ? 'null' : collection(value, depth + 1, step);
    default:
      return String(value);
  }
}

function collection(value: RegoDecimal | RegoSet | RegoObject | readonly RegoValue[], depth: number, step?: Step): string {
  if (value instanceof RegoDecimal) return value.text;
  checkDepth(depth);
  const list = (items: readonly RegoValue[]): string => items.map((item) => term(item, depth, step)).join(',');
  if (value instanceof RegoSet) return value.size === 0 ? 'set()' : `{${list(value.members)}}`;
  if (!(value instanceof RegoObject)) return `[${list(value)}]`;
  return `{${value.entries.map(([key, item]) => `${term(key, depth, step)}:${term(item, depth, step)}`).join(',')}}`;
}

/** The number's text; throws `value_invalid` for one that JSON has no text for. */
export function finite(value: number): string {
  if (!Number.isFinite(value)) throw new GatewayError('value_invalid', `Expected a finite number, got ${value}`);
  return String(value);
}

function quote(text: string): string {
  const quoted = JSON.stringify(text);
  // JSON.stringify writes a lone surrogate as \udXXX, which is the only escape of its that begins with \ud.
  return quoted.includes('\\ud') ? JSON.stringify(text.replace(LONE_SURROGATE, '\ufffd')) : quoted;
}
