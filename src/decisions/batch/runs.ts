import type { DecisionRecord, KeptDecision } from '../record.js';
import { BatchReader } from './batch-reader.js';
import { framesOf } from './frame.js';
import type { Run } from './run.js';

/** Every record begins so, with its id next: lines are sorted and passed over without being parsed. */
const FIRST_MEMBER = '{"decision_id":"';
const ID_LENGTH = 36;
const NEWLINE = 0x0a;

interface Line {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

class LineRun implements Run {
  readonly rows: number;
  readonly #bytes: Buffer;
  readonly #lines: readonly Line[];

  /** What is no record is passed over. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    // Processes write in turn, and masks hold some records up.
    this.#lines = linesOf(bytes).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    this.rows = this.#lines.length;
  }

  idAt(row: number): string {
    return this.#lines[row]?.id ?? '';
  }

  lineAt(row: number): string {
    const { start = 0, end = 0 } = this.#lines[row] ?? {};
    return this.#bytes.toString('utf8', start, end);
  }
}

/** How the records of a segment are written: as frames, or as earlier versions did, a line each. */
export type Format = 'frames' | 'lines';

/** What was found, and where it ends: what comes after that is not whole yet. */
export interface Found {
  readonly runs: readonly Run[];
  readonly end: number;
}

/** The whole records of a segment. What is no record is passed over. */
export function runsIn(bytes: Buffer, format: Format): Found {
  if (format === 'lines') return { runs: [new LineRun(bytes)], end: bytes.lastIndexOf(NEWLINE) + 1 };
  const runs: Run[] = [];
  let end = 0;
  for (const { kind, content, end: after } of framesOf(bytes)) {
    end = after;
    const run = kind === 'lines' ? new LineRun(content) : batchIn(content);
    if (run !== undefined) runs.push(run);
  }
  return { runs, end };
}

/** Larger than any frame, for most settings. */
const PART_BYTES = 1024 * 1024;

/** The same part by part from the end: whoever wants the newest alone need not look into the others. */
export function* partsIn(bytes: Buffer, format: Format): Generator<readonly Run[], void> {
  if (format === 'lines') {
    yield runsIn(bytes, format).runs;
    return;
  }
  for (let end = bytes.length, size = PART_BYTES; end > 0;) {
    const start = Math.max(0, end - size);
    const part = bytes.subarray(start, end);
    const first = framesOf(part).next();
    if (first.done === true && start > 0) {
      size *= 2;
      continue;
    }
    yield runsIn(part, format).runs;
    if (first.done === true || start === 0) return;
    end = start + first.value.start;
    size = PART_BYTES;
  }
}

/** The records of one frame as lines of JSON, each with its end. */
export function linesIn(frame: Uint8Array): Buffer {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  return Buffer.concat([...framesOf(bytes)].map(({ kind, content }) => (kind === 'lines' ? content : new BatchReader(content).lines())));
}

/** The record of a line; undefined for one that was damaged. */
export function keptFrom(text: string): KeptDecision | undefined {
  try {
    return { record: JSON.parse(text) as DecisionRecord, text };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function batchIn(content: Buffer): BatchReader | undefined {
  try {
    return new BatchReader(content);
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  for (let start = 0; ;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end === -1) return lines;
    const idStart = start + FIRST_MEMBER.length;
    if (end - idStart > ID_LENGTH && bytes.toString('latin1', start, idStart) === FIRST_MEMBER)
      lines.push({ id: bytes.toString('latin1', idStart, idStart + ID_LENGTH), start, end });
    start = end + 1;
  }
}
