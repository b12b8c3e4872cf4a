import type { DecisionRecord, KeptDecision } from '../record.js';

/** Every record begins so, with its id next: lines are sorted and passed over without being parsed. */
export const FIRST_MEMBER = '{"decision_id":"';
const ID_LENGTH = 36;
const NEWLINE = 0x0a;

/** One record in the bytes of a segment. */
export interface Line {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

/** The whole lines of a segment, in the order of their ids. What is no record is passed over. */
export function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  for (let start = 0; ;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end === -1) break;
    const idStart = start + FIRST_MEMBER.length;
    if (end - idStart > ID_LENGTH && bytes.toString('latin1', start, idStart) === FIRST_MEMBER) {
      lines.push({ id: bytes.toString('latin1', idStart, idStart + ID_LENGTH), start, end });
    }
    start = end + 1;
  }
  return lines.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** The record of a line; undefined for a line that was damaged. */
export function recordAt(bytes: Buffer, { start, end }: Pick<Line, 'start' | 'end'>): KeptDecision | undefined {
  const text = bytes.toString('utf8', start, end);
  try {
    return { record: JSON.parse(text) as DecisionRecord, text };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}
