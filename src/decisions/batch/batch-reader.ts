import { idOf } from '../decision-id.js';
import { BUNDLE } from '../record.js';
import { asciiJson } from './ascii-json.js';
import * as layout from './layout.js';

const { NONE, NUMBERS, REFS } = layout;
const NEWLINES = /\n/gu;

/** The records of a batch, each made when it is asked for. */
export class BatchReader {
  readonly rows: number;
  readonly #content: Buffer;
  readonly #base: number;
  readonly #texts: readonly string[];
  readonly #requestIds: readonly string[];
  /** Where inputs and results begin, by row. */
  readonly #starts: readonly number[];

  /** Of the content of a frame. Throws RangeError for what is no batch. */
  constructor(content: Buffer) {
    this.#content = content;
    this.rows = content.readUInt32LE(0);
    this.#base = content.readDoubleLE(8);
    const count = content.readUInt32LE(4);
    const lengthsAt = layout.HEAD_BYTES + this.rows * (NUMBERS * 4 + REFS * 2);
    const textsAt = lengthsAt + count * 4;
    const idsAt = textsAt + content.readUInt32LE(16);
    let at = idsAt + content.readUInt32LE(20);
    if (at > content.length) throw new RangeError('Expected a batch of records to be whole');
    this.#texts = cut(content.toString('utf8', textsAt, idsAt), count, (index) => content.readUInt32LE(lengthsAt + index * 4));
    this.#requestIds = cut(content.toString('utf8', idsAt, at), this.rows, (row) => this.#ref(layout.REQUEST_ID, row));
    this.#starts = Array.from({ length: this.rows }, (_, row) => {
      const start = at;
      at += this.#number(layout.INPUT_BYTES, row) + this.#number(layout.RESULT_BYTES, row);
      return start;
    });
    if (at > content.length) throw new RangeError('Expected a batch of records to be whole');
  }

  idAt(row: number): string {
    const tail = this.#texts[layout.TAIL_TEXT] ?? '';
    return idOf(this.#idMs(row), this.#ref(layout.COUNT, row), tail);
  }

  /** The record as one line of JSON, without its end. */
  lineAt(row: number): string {
    const revision = this.#text(layout.REVISION, row);
    const peer = this.#text(layout.PEER, row);
    const ruleLabels = this.#text(layout.RULE_LABELS, row);
    const ms = this.#idMs(row) + (this.#number(layout.RECORD_MS, row) | 0);
    return (
      `{"decision_id":"${this.idAt(row)}","timestamp":"${new Date(ms).toISOString()}","path":${asciiJson(this.#text(layout.PATH, row) ?? '')},` +
      `"labels":${this.#texts[layout.LABELS_TEXT] ?? '{}'},` +
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
    const inputAt = this.#starts[row] ?? 0;
    const resultAt = inputAt + this.#number(layout.INPUT_BYTES, row);
    const input = this.#json(inputAt, resultAt);
    const result = this.#text(layout.RESULT, row) ?? this.#json(resultAt, resultAt + this.#number(layout.RESULT_BYTES, row));
    return (
      `"request_id":${asciiJson(this.#requestIds[row] ?? '')}${this.#text(layout.CALLER, row) ?? ''}${this.#text(layout.SUFFIX, row) ?? ''}` +
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
    return ref === NONE ? undefined : this.#texts[ref];
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
