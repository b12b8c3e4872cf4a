import { GoNumber, GoObject } from '../../domains/go-scan.js';
import type { GoValue } from '../../domains/go-scan.js';

/**
 * A JSON value as text with nothing escaped: what a JSON text would hide behind backslashes is read as the tool reads it. One line for
 * each value, `name: value`, repeated names included, since nobody knows which of them the tool takes. A list of plain values is one
 * line, as a command line is. The depth is bounded where the value was read.
 */
export function argsText(args: GoValue): string {
  const lines: string[] = [];
  collect(args, '', lines);
  return lines.join('\n');
}

function collect(value: GoValue, label: string, lines: string[]): void {
  if (isPlain(value)) {
    lines.push(labelled(label, plain(value)));
    return;
  }
  if (!(value instanceof GoObject) && value.every(isPlain)) {
    lines.push(labelled(label, value.map(plain).join(' ')));
    return;
  }
  // A name is text that the tool gets, too.
  if (label !== '') lines.push(`${label}:`);
  const members = value instanceof GoObject ? value.members : value.map((item) => ['', item] as const);
  for (const [name, member] of members) collect(member, name, lines);
}

type Plain = null | boolean | string | GoNumber;

function isPlain(value: GoValue): value is Plain {
  return typeof value !== 'object' || value === null || value instanceof GoNumber;
}

function plain(value: Plain): string {
  return value instanceof GoNumber ? value.text : String(value);
}

function labelled(label: string, text: string): string {
  return label === '' ? text : `${label}: ${text}`;
}
