import wrapAnsi from 'wrap-ansi';
import { visibleBetweenPaint } from './visible.js';

/** Fewer columns than that are no place for words. */
const NARROWEST = 20;

const USUAL = 80;

/** Columns of what one writes to; undefined, as of a pipe, for a text that stays as it is. */
export type Columns = number | undefined;

/** Columns of a terminal. One that does not know says 0. */
export function columnsOf(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): Columns {
  if (!stream.isTTY) return undefined;
  return stream.columns > 0 ? stream.columns : USUAL;
}

/** The line, where it is longer than the terminal in several: broken between words, and indented by so many columns after the first. */
export function wrapped(line: string, indent: number, columns: Columns): string {
  const [lead = ''] = /^ */u.exec(line) ?? [];
  return labelled(lead, line.slice(lead.length), indent, columns);
}

/** The same of a text behind a label, which is so many columns wide, or less. */
export function labelled(label: string, text: string, indent: number, columns: Columns): string {
  if (columns === undefined) return label + text;
  const lines = wrapAnsi(visibleBetweenPaint(text), Math.max(columns - indent, NARROWEST), { hard: true }).split('\n');
  return label + lines.join(`\n${' '.repeat(indent)}`);
}

/** Part of a line. */
export interface Excerpt {
  readonly text: string;
  /** What was at the place that was asked for is here, in characters from 0. */
  readonly at: number;
}

/** So much of a line of source as fits, around the character at a place; what is left out is marked. */
export function around(line: string, at: number, room: number): Excerpt {
  const characters = Array.from(line);
  if (characters.length <= room) return { text: line, at };
  const from = Math.max(0, Math.min(at - Math.floor(room / 2), characters.length - room));
  const part = characters.slice(from, from + room);
  if (from > 0) part[0] = CUT;
  if (from + room < characters.length) part[part.length - 1] = CUT;
  // A tab is as wide as the terminal likes.
  return { text: part.join('').replaceAll('\t', ' '), at: at - from };
}

const CUT = '…';
