import type { Step } from '../value/step.js';
import { RegoDecimal, RegoObject, RegoSet } from '../value/value.js';
import type { RegoValue } from '../value/value.js';
import { quoteString } from './go-format/quote.js';

/** A value as OPA writes it in messages and `%v`: Rego text with a blank after each comma and colon, strings quoted as Go does. `step` counts values. */
export function termText(value: RegoValue, step?: Step): string {
  step?.();
  switch (typeof value) {
    case 'string':
      return quoteString(value);
    case 'object':
      return value === null ? 'null' : collectionText(value, step);
    default:
      return String(value);
  }
}

function collectionText(value: RegoDecimal | RegoSet | RegoObject | readonly RegoValue[], step?: Step): string {
  if (value instanceof RegoDecimal) return value.text;
  const list = (items: readonly RegoValue[]): string => items.map((item) => termText(item, step)).join(', ');
  if (value instanceof RegoSet) return value.size === 0 ? 'set()' : `{${list(value.members)}}`;
  if (!(value instanceof RegoObject)) return `[${list(value)}]`;
  return `{${value.entries.map(([key, item]) => `${termText(key, step)}: ${termText(item, step)}`).join(', ')}}`;
}

/** A key as plain text: a string as it is, anything else as its Rego text. */
export function keyText(key: RegoValue): string {
  return typeof key === 'string' ? key : termText(key);
}
