import type { DecisionRecord, KeptDecision } from '../record.js';
import { BatchReader } from './batch-reader.js';
import { framesOf } from './frame.js';

/** Every record begins so, with its id next: lines are sorted and passed over without being parsed. */
const FIRST_MEMBER = '{"decision_id":"';
const ID_LENGTH = 36;
const NEWLINE = 0x0a;

/** A record in the bytes of a segment, which is made when it is asked for. */
export interface Entry {
  readonly id: string;
  /** One line of JSON, without its end. */
  text(): string;
}

class BatchEntry implements Entry {
  readonly id: string;
  readonly #batch: BatchReader;
  readonly #row: number;

  constructor(batch: BatchReader, row: number) {
    this.id = batch.idAt(row);
    this.#batch = batch;
    this.#row = row;
  }

  text(): string {
    return this.#batch.lineAt(this.#row);
  }
}

class LineEntry implements Entry {
  readonly id: string;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;

  constructor(bytes: Buffer, start: number, end: number) {
    const idStart = start + FIRST_MEMBER.length;
    this.id = bytes.toString('latin1', idStart, idStart + ID_LENGTH);
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  text(): string {
    return this.#bytes.toString('utf8', this.#start, this.#end);
  }
}

/** How the records of a segment are written: as frames, or as earlier versions did, a line each. */
export type Format = 'frames' | 'lines';

/** What was found, and where it ends: what comes after that is not whole yet. */
export interface Found {
  readonly entries: Entry[];
  readonly end: number;
}

/** The whole records of a segment, in the order of their ids. What is no record is passed over. */
export function entriesIn(bytes: Buffer, format: Format): Found {
  const entries: Entry[] = [];
  let end = 0;
  if (format === 'lines') {
    addLines(bytes, entries);
    end = bytes.lastIndexOf(NEWLINE) + 1;
  } else {
    for (const { kind, content, end: after } of framesOf(bytes)) {
      end = after;
      if (kind === 'lines') addLines(content, entries);
      else addBatch(content, entries);
    }
  }
  return { entries: entries.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)), end };
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

function addBatch(content: Buffer, entries: Entry[]): void {
  let batch: BatchReader;
  try {
    batch = new BatchReader(content);
  } catch (thrown) {
    if (thrown instanceof RangeError) return;
    throw thrown;
  }
  for (let row = 0; row < batch.rows; row++) entries.push(new BatchEntry(batch, row));
}

function addLines(bytes: Buffer, entries: Entry[]): void {
  for (let start = 0; ;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end === -1) return;
    const idStart = start + FIRST_MEMBER.length;
    if (end - idStart > ID_LENGTH && bytes.toString('latin1', start, idStart) === FIRST_MEMBER)
      entries.push(new LineEntry(bytes, start, end));
    start = end + 1;
  }
}
