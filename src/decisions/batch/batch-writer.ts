import { FRAME_HEAD, putHead } from './frame.js';
import { HEAD_BYTES, ID_MS, INPUT_BYTES, NONE, NUMBERS, REFS, REQUEST_ID, RESULT, RESULT_BYTES } from './layout.js';

const MAX_ROWS = 2_048;
/** Texts of one batch, and their length together; what comes then begins another one. */
const MAX_TEXTS = 16_384;
const MAX_TEXT_LENGTH = 512 * 1024;
/** A longer result is hardly one that others have too, and is not looked up. */
const MAX_SHARED_RESULT = 1_024;

/** What `write` of a Buffer calls after it has looked for the encoding, which takes longer than the writing of a short text. */
interface TextWriter {
  utf8Write(text: string, at: number): number;
}

/** Where records are put together: memory that is filled and given away again and again; see layout.ts. */
export class BatchWriter {
  readonly #numbers = new Uint32Array(NUMBERS * MAX_ROWS);
  readonly #refs = new Uint16Array(REFS * MAX_ROWS);
  readonly #bytes: Buffer & TextWriter;
  readonly #known = new Map<string, number>();
  #texts: string[] = [];
  /** By column: most records have what the one before had. */
  #lastTexts: (string | undefined)[] = [];
  #lastNumbers: number[] = [];
  #requestIds: string[] = [];
  #textLength = 0;
  #base = 0;
  #row = 0;
  #at = 0;
  #open = 0;

  /** Inputs and results of one batch have so many bytes at most. */
  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes) as Buffer & TextWriter;
  }

  get rows(): number {
    return this.#row;
  }

  /** True when one more record with an input and a result of so many bytes fits. */
  fits(bytes: number): boolean {
    return (
      this.#row < MAX_ROWS &&
      this.#at + bytes <= this.#bytes.length &&
      this.#texts.length + REFS <= MAX_TEXTS &&
      this.#textLength <= MAX_TEXT_LENGTH
    );
  }

  /** The first texts of a batch that is empty; `base` is the time from which those of its ids are counted. */
  begin(base: number, ...texts: readonly string[]): void {
    this.#base = base;
    for (const text of texts) this.#textOf(text);
  }

  time(ms: number): void {
    this.#numbers[ID_MS * MAX_ROWS + this.#row] = ms - this.#base;
  }

  number(column: number, value: number): void {
    this.#numbers[column * MAX_ROWS + this.#row] = value;
  }

  /** A number that is none of a text. */
  short(column: number, value: number): void {
    this.#refs[column * MAX_ROWS + this.#row] = value;
  }

  text(column: number, text: string | undefined): void {
    if (text === undefined) {
      this.#refs[column * MAX_ROWS + this.#row] = NONE;
      return;
    }
    if (this.#lastTexts[column] !== text) {
      this.#lastTexts[column] = text;
      this.#lastNumbers[column] = this.#textOf(text);
    }
    this.#refs[column * MAX_ROWS + this.#row] = this.#lastNumbers[column] ?? NONE;
  }

  requestId(id: string): void {
    this.#requestIds[this.#row] = id;
    this.short(REQUEST_ID, id.length);
  }

  input(json: Uint8Array | undefined): void {
    this.#numbers[INPUT_BYTES * MAX_ROWS + this.#row] = json?.length ?? 0;
    if (json === undefined) return;
    this.#bytes.set(json, this.#at);
    this.#at += json.length;
  }

  /** To be called after {@link input}. */
  result(json: string | undefined): void {
    const isLong = json !== undefined && json.length > MAX_SHARED_RESULT;
    const written = isLong ? this.#bytes.utf8Write(json, this.#at) : 0;
    this.#numbers[RESULT_BYTES * MAX_ROWS + this.#row] = written;
    this.text(RESULT, isLong ? undefined : json);
    this.#at += written;
  }

  /** Ends the record: all columns of it are set. */
  end(): void {
    this.#row += 1;
    this.#open = this.#at;
  }

  /** Forgets what was put in since the last end. */
  undo(): void {
    this.#at = this.#open;
  }

  /** What is in it, as a frame, and it is empty. */
  take(): Buffer {
    const rows = this.#row;
    const lengths = Uint32Array.from(this.#texts, ({ length }) => length);
    const texts = Buffer.from(this.#texts.join(''));
    const requestIds = Buffer.from(this.#requestIds.slice(0, rows).join(''));
    const columns = rows * (NUMBERS * 4 + REFS * 2) + lengths.byteLength;
    const frame = Buffer.allocUnsafeSlow(FRAME_HEAD + HEAD_BYTES + columns + texts.length + requestIds.length + this.#open);
    let at = frame.writeUInt32LE(rows, FRAME_HEAD);
    at = frame.writeUInt32LE(lengths.length, at);
    at = frame.writeDoubleLE(this.#base, at);
    at = frame.writeUInt32LE(texts.length, at);
    at = frame.writeUInt32LE(requestIds.length, at);
    const put = (bytes: Uint8Array): void => {
      frame.set(bytes, at);
      at += bytes.length;
    };
    for (let column = 0; column < NUMBERS; column++) put(bytesOf(this.#numbers.subarray(column * MAX_ROWS, column * MAX_ROWS + rows)));
    for (let column = 0; column < REFS; column++) put(bytesOf(this.#refs.subarray(column * MAX_ROWS, column * MAX_ROWS + rows)));
    put(bytesOf(lengths));
    put(texts);
    put(requestIds);
    put(this.#bytes.subarray(0, this.#open));
    putHead(frame, 'batch');
    this.#clear();
    return frame;
  }

  #clear(): void {
    this.#known.clear();
    this.#texts = [];
    this.#lastTexts = [];
    this.#lastNumbers = [];
    this.#requestIds = [];
    this.#textLength = 0;
    this.#row = 0;
    this.#at = 0;
    this.#open = 0;
  }

  #textOf(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text) - 1;
    this.#known.set(text, number);
    this.#textLength += text.length;
    return number;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
