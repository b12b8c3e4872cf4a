import type { Run } from './run.js';

/** Ids that are meant: from the first on, and before the last. */
export interface IdBounds {
  readonly from: string;
  readonly to: string;
}

/** Where one run is being read. */
class Cursor {
  /** Of the record that comes next. */
  id: string;
  readonly #run: Run;
  readonly #step: number;
  #at: number;
  #left: number;

  constructor(run: Run, start: number, left: number, step: number) {
    this.#run = run;
    this.#at = start;
    this.#left = left;
    this.#step = step;
    this.id = run.idAt(start);
  }

  text(): string {
    return this.#run.lineAt(this.#at);
  }

  /** False when there is no other one. */
  advance(): boolean {
    this.#left -= 1;
    if (this.#left === 0) return false;
    this.#at += this.#step;
    this.id = this.#run.idAt(this.#at);
    return true;
  }
}

/**
 * The lines of all runs in the order of their ids. A run is looked into when its turn has come: for the newest thousand of a segment of a
 * hundred thousand records the others cost nothing.
 */
export function* linesInOrder(runs: readonly Run[], order: 'newest' | 'oldest', bounds: IdBounds): Generator<string, void> {
  const isBefore = order === 'newest' ? (a: string, b: string) => a > b : (a: string, b: string) => a < b;
  const waiting = runs.flatMap((run) => cursorOf(run, order, bounds)).sort((a, b) => (isBefore(a.id, b.id) ? -1 : 1));
  const open: Cursor[] = [];
  let next = 0;
  for (;;) {
    let first = open[0];
    for (const cursor of open) if (first !== undefined && isBefore(cursor.id, first.id)) first = cursor;
    const waits = waiting[next];
    if (waits !== undefined && (first === undefined || isBefore(waits.id, first.id))) {
      first = waits;
      open.push(waits);
      next += 1;
    }
    if (first === undefined) return;
    yield first.text();
    if (!first.advance()) open.splice(open.indexOf(first), 1);
  }
}

/** The line of an id; undefined when no run has it. */
export function lineOf(runs: readonly Run[], id: string): string | undefined {
  for (const run of runs) {
    const at = positionOf(run, id);
    if (at < run.rows && run.idAt(at) === id) return run.lineAt(at);
  }
  return undefined;
}

function cursorOf(run: Run, order: 'newest' | 'oldest', { from, to }: IdBounds): readonly Cursor[] {
  const start = positionOf(run, from);
  const end = positionOf(run, to);
  if (end <= start) return [];
  return [order === 'newest' ? new Cursor(run, end - 1, end - start, -1) : new Cursor(run, start, end - start, 1)];
}

/** The first record whose id is not below this one. */
function positionOf(run: Run, id: string): number {
  if (run.rows === 0 || id <= run.idAt(0)) return 0;
  let low = 0;
  let high = run.rows;
  if (run.idAt(high - 1) < id) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (run.idAt(middle) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
