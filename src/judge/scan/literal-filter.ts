import { foldUnit, OTHER } from './required-literals.js';
import type { Clauses } from './required-literals.js';

/** Tells by their literals which patterns may match in a text: one pass that costs as much as that of one automaton. */
export interface LiteralFilter {
  /** For each pattern, by its index, whether its clauses hold in the text, or in a part of it. The answer is good until the next question. */
  holding(text: string, start?: number, end?: number): (index: number) => boolean;
}

/** As many as can be numbered, with the ends of their lists, in 16 bits. */
const MAX_LITERALS = 32_000;
const MAX_QUESTION = 0xffff_fffe;

export function createLiteralFilter(patterns: readonly Clauses[]): LiteralFilter {
  const literals = [...new Set(patterns.flat(2))];
  if (literals.length > MAX_LITERALS) return { holding: () => () => true };
  const numbers = new Map(literals.map((literal, index) => [literal, index + 1]));
  const needed = patterns.map((clauses) =>
    clauses.map((clause) => clause.map((literal) => numbers.get(literal) ?? 0)).sort((a, b) => a.length - b.length),
  );
  const table = tableOf(literals);
  // By number, the question in which it was found last: to wipe the list for each line of a text would cost more than to look at the line.
  const found = new Uint32Array(literals.length + 1);
  let question = 0;
  return {
    holding(text, start = 0, end = text.length) {
      question += 1;
      if (question > MAX_QUESTION) {
        found.fill(0);
        question = 1;
      }
      look(text, start, end, table, found, question);
      return (index) => holds(needed[index] ?? [], found, question);
    },
  };
}

/** Loops of their own: it is asked of a hundred patterns for each text. */
function holds(clauses: readonly (readonly number[])[], found: Uint32Array, question: number): boolean {
  for (const clause of clauses) if (!hasOne(clause, found, question)) return false;
  return true;
}

function hasOne(clause: readonly number[], found: Uint32Array, question: number): boolean {
  for (const number of clause) if (found[number] === question) return true;
  return false;
}

/** Literals, counted from 1, by three signs that stand in them, or by all that they have. Flat: each hop to another object costs more than a sign. */
interface Table {
  readonly one: Uint16Array;
  readonly two: Uint16Array;
  /** A bit for each slot of `three` that holds something: small enough to stay at hand, which is all that most signs are asked. */
  readonly taken: Uint8Array;
  /** Where in `entries` those begin that have these three signs; they go on to a 0. */
  readonly three: Uint16Array;
  readonly entries: Uint16Array;
  /** Of each literal: where its signs begin in `signs`, and how many of them stand before the end of the three. */
  readonly starts: Uint32Array;
  readonly before: Uint8Array;
  readonly signs: Uint8Array;
}

const SIGNS = OTHER + 1;
/** Three signs are told apart by 15 bits. */
const SLOTS = 1 << 15;

function slotOf(a: number, b: number, c: number): number {
  return ((a << 10) ^ (b << 5) ^ c) & (SLOTS - 1);
}

function tableOf(literals: readonly string[]): Table {
  const one = new Uint16Array(SIGNS);
  const two = new Uint16Array(SIGNS * SIGNS);
  const three = new Uint16Array(SLOTS);
  const before = new Uint8Array(literals.length + 1);
  const slots = new Map<number, number[]>();
  const sharing = new Map<number, number>();
  for (const slot of literals.flatMap(slotsOf)) sharing.set(slot, (sharing.get(slot) ?? 0) + 1);
  for (const [index, literal] of literals.entries()) {
    const [a, b] = [literal.charCodeAt(0), literal.charCodeAt(1)];
    if (literal.length === 1) one[a] = index + 1;
    else if (literal.length === 2) two[a * SIGNS + b] = index + 1;
    else {
      // What few others have is met seldom; of equals the later one, since words begin alike.
      const found = slotsOf(literal);
      const shared = (place: number): number => sharing.get(found[place] ?? 0) ?? 0;
      const at = found.reduce((best, _, place) => (shared(place) <= shared(best) ? place : best), 0);
      const slot = found[at] ?? 0;
      before[index + 1] = at + 2;
      slots.set(slot, [...(slots.get(slot) ?? []), index + 1]);
    }
  }
  const taken = new Uint8Array(SLOTS >> 3);
  const entries = [0];
  for (const [slot, numbers] of slots) {
    taken[slot >> 3] = (taken[slot >> 3] ?? 0) | (1 << (slot & 7));
    three[slot] = entries.length;
    entries.push(...numbers, 0);
  }
  const starts = [0, 0];
  for (const { length } of literals) starts.push((starts.at(-1) ?? 0) + length);
  const signs = Uint8Array.from(literals.join(''), (sign) => sign.charCodeAt(0));
  return { one, two, taken, three, entries: Uint16Array.from(entries), starts: Uint32Array.from(starts), before, signs };
}

function slotsOf(literal: string): readonly number[] {
  const at = (place: number): number => literal.charCodeAt(place);
  return Array.from({ length: Math.max(0, literal.length - 2) }, (_, place) => slotOf(at(place), at(place + 1), at(place + 2)));
}

function look(text: string, start: number, end: number, table: Table, found: Uint32Array, question: number): void {
  const { one, two, taken, three } = table;
  let a = 0;
  let b = 0;
  for (let at = start; at < end; at++) {
    const c = foldUnit(text.charCodeAt(at));
    const single = one[c] ?? 0;
    if (single !== 0) found[single] = question;
    const pair = two[b * SIGNS + c] ?? 0;
    if (pair !== 0) found[pair] = question;
    const slot = slotOf(a, b, c);
    if ((((taken[slot >> 3] ?? 0) >> (slot & 7)) & 1) === 1) note(three[slot] ?? 0, text, at, table, found, question);
    a = b;
    b = c;
  }
}

function note(
  first: number,
  text: string,
  at: number,
  { entries, starts, before, signs }: Table,
  found: Uint32Array,
  question: number,
): void {
  for (let entry = first, number = entries[entry] ?? 0; number !== 0; number = entries[++entry] ?? 0) {
    if (found[number] === question) continue;
    const end = starts[number + 1] ?? 0;
    let sign = starts[number] ?? 0;
    let place = at - (before[number] ?? 0);
    while (sign < end && foldUnit(text.charCodeAt(place)) === signs[sign]) {
      sign += 1;
      place += 1;
    }
    if (sign === end) found[number] = question;
  }
}
