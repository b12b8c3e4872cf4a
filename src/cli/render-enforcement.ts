import type { EnforcementEntry } from '../audit/enforcement-store.js';
import { briefTime } from './brief-time.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';
import { cutLine, fits, plainTable } from './plain-table.js';

/** Both lists by name. */
export interface Enforcement {
  readonly blocked: readonly EnforcementEntry[];
  readonly allowed: readonly EnforcementEntry[];
}

/** Entries, one a row; where a terminal has no room for that, two lines each, and what is too long is cut. */
export function renderEnforcement({ blocked, allowed }: Enforcement, paint: Paint, columns?: Columns): string {
  const rows = [
    ...blocked.map((entry) => cells(paint('red', 'blocked'), entry)),
    ...allowed.map((entry) => cells(paint('green', 'allowed'), entry)),
  ];
  if (rows.length === 0) return 'both lists are empty';
  const table = plainTable(['LIST', 'TYPE', 'NAME', 'PATH', 'REASON', 'SINCE'], rows, paint);
  if (columns === undefined || fits(table, columns)) return table;
  return rows.flatMap((row) => stacked(row, paint, columns)).join('\n');
}

function cells(
  list: string,
  { target_type: type, target_name: name, source_path: path = '', reason, updated_at: at }: EnforcementEntry,
): string[] {
  return [list, type, name, path, reason, briefTime(at)];
}

function stacked(
  [list = '', type = '', name = '', path = '', reason = '', at = '']: readonly string[],
  paint: Paint,
  width: number,
): string[] {
  return [
    [list, type, name, path],
    [' ', paint('dim', at), reason],
  ].map((parts) => cutLine(parts, paint, width));
}
