import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import type { Paint } from './paint.js';

const BLANK = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
];

/** Rows as a table without lines, so that a pipe can cut and grep it. With `widths` what is longer is cut, and marked as cut. */
export function plainTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Paint,
  widths: readonly number[] = [],
): string {
  const table = new Table({
    head: head.map((title) => paint('dim', title)),
    chars: { ...Object.fromEntries(BLANK.map((place) => [place, ''])), middle: '  ' },
    ...(widths.length === 0 ? {} : { colWidths: [...widths] }),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push([...row]);
  // The last column is as wide as its longest cell.
  return table.toString().replace(/ +$/gmu, '');
}

/** Whether no line runs over a terminal of so many columns; undefined for what is none. */
export function fits(text: string, width = Infinity): boolean {
  return text.split('\n').every((line) => stripVTControlCharacters(line).trimEnd().length <= width);
}

/** The parts that are there as one line, cut where it is longer than the terminal is wide. */
export function cutLine(parts: readonly string[], paint: Paint, width: number): string {
  return plainTable([], [[parts.filter((part) => part !== '').join(' ')]], paint, [width]);
}
