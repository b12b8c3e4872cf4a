import { formatJson } from '../value/format-json.js';
import { RegoObject } from '../value/value.js';
import type { RegoValue } from '../value/value.js';

/** A value of an answer over several lines, two spaces a level, with every number as it was written. */
export function prettyJson(value: RegoValue, indent = ''): string {
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item: RegoValue) => `${inner}${prettyJson(item, inner)}`)
    : value instanceof RegoObject
      ? value.entries.map(([key, item]) => `${inner}${formatJson(key)}: ${prettyJson(item, inner)}`)
      : [];
  if (lines.length === 0) return formatJson(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}
