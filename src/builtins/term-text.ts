import { RegoDecimal, RegoObject, RegoSet } from '../value/value.js';
import type { RegoValue } from '../value/value.js';
import { quoteString } from './go-format/quote.js';

/** A value as OPA writes it in messages and `%v`: Rego text with a blank after each comma and colon, strings quoted as Go does. */
export function termText(value: RegoValue): string {
  switch (typeof value) {
    case 'string':
      return quoteString(value);
    case 'object':
      return value === null ? 'null' : collectionText(value);
    default:
      return String(value);
  }
}

function collectionText(value: RegoDecimal | RegoSet | RegoObject | readonly RegoValue[]): string {
  if (value instanceof RegoDecimal) return value.text;
  if (value instanceof RegoSet) return value.size === 0 ? 'set()' : `{${value.members.map(termText).join(', ')}}`;
  if (value instanceof RegoObject) return `{${value.entries.map(([key, item]) => `${termText(key)}: ${termText(item)}`).join(', ')}}`;
  return `[${value.map(termText).join(', ')}]`;
}

/** A key as plain text: a string as it is, anything else as its Rego text. */
export function keyText(key: RegoValue): string {
  return typeof key === 'string' ? key : termText(key);
}
