import { around } from './fit.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';

/** What a path of the data holds on both sides; undefined for nothing. */
export interface DataChange {
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** Longest value that is printed where no terminal says what fits. */
const MAX_VALUE = 120;

/** Entries of a list that are printed for each side. */
const MAX_ENTRIES = 5;

const INDENT = '      ';

/** Lines that fit the terminal: of a list what came and went, of long values the part that differs. */
export function renderDataChange({ path, from, to }: DataChange, paint: Paint, columns: Columns): string[] {
  const room = columns === undefined ? MAX_VALUE : Math.max(columns - INDENT.length - 2, 1);
  if (Array.isArray(from) && Array.isArray(to)) return listLines(path, from, to, paint, room);
  const [before, after] = [textOf(from), textOf(to)];
  const line = `  ~ ${path}: ${before} -> ${after}`;
  const fits = columns === undefined ? Math.max(before.length, after.length) <= MAX_VALUE : line.length <= columns;
  if (fits) return [line];
  const at = firstDifference(before, after);
  return [`  ~ ${path}:`, gone(around(before, at, room).text, paint), come(around(after, at, room).text, paint)];
}

function listLines(path: string, from: readonly unknown[], to: readonly unknown[], paint: Paint, room: number): string[] {
  const before = from.map(textOf);
  const after = to.map(textOf);
  const removed = without(before, after);
  const added = without(after, before);
  if (removed.length + added.length === 0) return [`  ~ ${path}: the same entries in another order`];
  const what = [...told(removed.length, 'removed'), ...told(added.length, 'added')].join(', ');
  // Of an entry that was edited the part that differs is shown.
  const other = removed.length === 1 && added.length === 1 ? firstDifference(removed[0] ?? '', added[0] ?? '') : 0;
  const shown = (entries: readonly string[], one: typeof gone): string[] => [
    ...entries.slice(0, MAX_ENTRIES).map((entry) => one(around(entry, other, room).text, paint)),
    ...(entries.length > MAX_ENTRIES ? [paint('dim', `${INDENT}and ${entries.length - MAX_ENTRIES} more`)] : []),
  ];
  return [`  ~ ${path}: ${what}`, ...shown(removed, gone), ...shown(added, come)];
}

function told(number: number, what: string): string[] {
  return number === 0 ? [] : [`${number} ${number === 1 ? 'entry' : 'entries'} ${what}`];
}

function gone(text: string, paint: Paint): string {
  return `${INDENT}${paint('red', `- ${text}`)}`;
}

function come(text: string, paint: Paint): string {
  return `${INDENT}${paint('green', `+ ${text}`)}`;
}

/** Entries beyond those of the other side, each as often as it is there more. */
function without(entries: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return entries.filter((entry) => {
    const found = left.get(entry) ?? 0;
    left.set(entry, found - 1);
    return found <= 0;
  });
}

/** In characters from 0. */
function firstDifference(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const at = left.findIndex((character, index) => character !== right[index]);
  return at < 0 ? left.length : at;
}

function textOf(given: unknown): string {
  return given === undefined ? 'nothing' : JSON.stringify(given);
}
