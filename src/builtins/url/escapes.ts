import type { Step } from '../../value/step.js';
import { BuiltinError } from '../builtin.js';
import { byteString, textFromByteString } from '../bytes.js';

/** Percent-escapes a text for a query as Go's QueryEscape: letters, digits and `-_.~` stand, a blank is a plus. */
export function escapeQuery(text: string): string {
  return byteString(text).replace(/[^A-Za-z0-9_.~-]/g, (byte) => (byte === ' ' ? '+' : `%${hex(byte)}`));
}

/** Undoes {@link escapeQuery}; throws BuiltinError for a percent sign that begins no escape. */
export function unescapeQuery(escaped: string, step: Step): string {
  const bytes = byteString(escaped).replace(/%([0-9a-fA-F]{2})?|\+/g, (found, digits: string | undefined, at: number, all: string) => {
    if (found === '+') return ' ';
    if (digits === undefined) throw new BuiltinError(`invalid URL escape ${JSON.stringify(all.slice(at, at + 3))}`);
    return String.fromCharCode(Number.parseInt(digits, 16));
  });
  return textFromByteString(bytes, step);
}

function hex(byte: string): string {
  return byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}
