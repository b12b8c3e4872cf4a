import { idOf } from '../decision-id.js';
import { BUNDLE } from '../record.js';
import { asciiJson } from './ascii-json.js';
import * as layout from './layout.js';
import type { Run } from './run.js';

const { NONE, NUMBERS, REFS } = layout;
const NEWLINES = /\n/gu;

/** The records of a batch, each made when it is asked for, and what they have in common with the first of them. */
export class BatchReader implements Run {
  readonly rows: number;
  readonly #content: Buffer;
  readonly #base: number;
  readonly #count: number;
  /** Where the parts begin: lengths of texts, texts, request ids, inputs and results. */
  readonly #at: { readonly lengths: number; readonly texts: number; readonly ids: number; readonly rest: number };
  readonly #tail: string;
  #texts: readonly string[] | undefined;
  #requestIds: readonly string[] | undefined;
  /** Where inputs and results begin, by row, and where the last ends. */
  #starts: readonly number[] | undefined;

  /** Of the content of a frame. Throws RangeError for what is no batch. */
  constructor(content: Buffer) {
    this.#content = content;
    this.rows = content.readUInt32LE(0);
    this.#base = content.readDoubleLE(8);
    this.#count = content.readUInt32LE(4);
    const lengths = layout.HEAD_BYTES + this.rows * (NUMBERS * 4 + REFS * 2);
    const texts = lengths + this.#count * 4;
    const ids = texts + content.readUInt32LE(16);
    const rest = ids + content.readUInt32LE(20);
    if (rest > content.length) throw new RangeError('Expected a batch of records to be whole');
    this.#at = { lengths, texts, ids, rest };
    // Digits, one byte each: the first of the texts.
    this.#tail = this.#count === 0 ? '' : content.toString('latin1', texts, Math.min(ids, texts + this.#lengthOf(layout.TAIL_TEXT)));
  }

  idAt(row: number): string {
    return idOf(this.#idMs(row), this.#ref(layout.COUNT, row), this.#tail);
  }

  /** The record as one line of JSON, without its end; empty in a batch that was damaged. */
  lineAt(row: number): string {
    this.#starts ??= this.#findStarts();
    if ((this.#starts[this.rows] ?? 0) > this.#content.length) return '';
    const revision = this.#text(layout.REVISION, row);
    const peer = this.#text(layout.PEER, row);
    const ruleLabels = this.#text(layout.RULE_LABELS, row);
    const ms = this.#idMs(row) + (this.#number(layout.RECORD_MS, row) | 0);
    return (
      `{"decision_id":"${this.idAt(row)}","timestamp":"${new Date(ms).toISOString()}","path":${asciiJson(this.#text(layout.PATH, row) ?? '')},` +
      `"labels":${this.#textAt(layout.LABELS_TEXT) ?? '{}'},` +
      (revision === undefined ? '' : `"bundles":{"${BUNDLE}":{"revision":${asciiJson(revision)}}},`) +
      (this.#text(layout.PREFIX, row) ?? '') +
      (peer === undefined ? '' : `"requested_by":${asciiJson(peer)},`) +
      `"metrics":{"timer_server_handler_ns":${this.#number(layout.DURATION, row) * layout.TICK_NS}},` +
      (ruleLabels === undefined ? '' : `"rule_labels":${ruleLabels},`) +
      `"custom":{"domain":"${this.#text(layout.DOMAIN, row) ?? ''}","verdict":${asciiJson(this.#text(layout.VERDICT, row) ?? '')},` +
      this.#rest(row)
    );
  }

  /** All of them, each with its end. */
  lines(): Buffer {
    let text = '';
    for (let row = 0; row < this.rows; row++) text += `${this.lineAt(row)}\n`;
    return Buffer.from(text);
  }

  #rest(row: number): string {
    const inputAt = this.#starts?.[row] ?? 0;
    const resultAt = inputAt + this.#number(layout.INPUT_BYTES, row);
    const input = this.#json(inputAt, resultAt);
    const result = this.#text(layout.RESULT, row) ?? this.#json(resultAt, resultAt + this.#number(layout.RESULT_BYTES, row));
    return (
      `"request_id":${asciiJson(this.#requestIdOf(row))}${this.#text(layout.CALLER, row) ?? ''}${this.#text(layout.SUFFIX, row) ?? ''}` +
      `${input === '' ? '' : `,"input":${input}`}${result === '' ? '' : `,"result":${result}`}}`
    );
  }

  /** JSON text as it came; line ends in it, which can only stand between values, become blanks. */
  #json(start: number, end: number): string {
    return this.#content.toString('utf8', start, end).replace(NEWLINES, ' ');
  }

  #idMs(row: number): number {
    return this.#base + this.#number(layout.ID_MS, row);
  }

  #number(column: number, row: number): number {
    return this.#content.readUInt32LE(layout.HEAD_BYTES + (column * this.rows + row) * 4);
  }

  #ref(column: number, row: number): number {
    return this.#content.readUInt16LE(layout.HEAD_BYTES + this.rows * NUMBERS * 4 + (column * this.rows + row) * 2);
  }

  #text(column: number, row: number): string | undefined {
    const ref = this.#ref(column, row);
    return ref === NONE ? undefined : this.#textAt(ref);
  }

  #textAt(ref: number): string | undefined {
    const { texts, ids } = this.#at;
    this.#texts ??= cut(this.#content.toString('utf8', texts, ids), this.#count, (index) => this.#lengthOf(index));
    return this.#texts[ref];
  }

  #lengthOf(index: number): number {
    return this.#content.readUInt32LE(this.#at.lengths + index * 4);
  }

  #requestIdOf(row: number): string {
    const { ids, rest } = this.#at;
    this.#requestIds ??= cut(this.#content.toString('utf8', ids, rest), this.rows, (of) => this.#ref(layout.REQUEST_ID, of));
    return this.#requestIds[row] ?? '';
  }

  /** By row, and where the last one ends. */
  #findStarts(): readonly number[] {
    let at = this.#at.rest;
    const starts = [at];
    for (let row = 0; row < this.rows; row++) {
      at += this.#number(layout.INPUT_BYTES, row) + this.#number(layout.RESULT_BYTES, row);
      starts.push(at);
    }
    return starts;
  }
}

/** The parts of a text, by their lengths. */
function cut(text: string, count: number, lengthOf: (index: number) => number): string[] {
  let at = 0;
  return Array.from({ length: count }, (_, index) => {
    const start = at;
    at += lengthOf(index);
    return text.slice(start, at);
  });
}
