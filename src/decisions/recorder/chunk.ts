const NEWLINE = 0x0a;
const BLANK = 0x20;

/** Where records are put together: one stretch of memory that is filled and given away again and again. */
export class Chunk {
  readonly #bytes: Buffer;
  #at = 0;
  #records = 0;
  #open = 0;

  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  get records(): number {
    return this.#records;
  }

  /** True when so many more bytes fit. */
  fits(bytes: number): boolean {
    return this.#at + bytes <= this.#bytes.length;
  }

  text(text: string): void {
    this.#at += this.#bytes.write(text, this.#at, 'utf8');
  }

  /** JSON text as it was sent; line ends in it, which can only stand between values, become blanks. */
  json(bytes: Uint8Array): void {
    const start = this.#at;
    this.#bytes.set(bytes, start);
    this.#at += bytes.length;
    if (!bytes.includes(NEWLINE)) return;
    for (let at = start; at < this.#at; at++) if (this.#bytes[at] === NEWLINE) this.#bytes[at] = BLANK;
  }

  /** Ends the record: what was put in since the last end is one. */
  end(): void {
    this.#bytes[this.#at] = NEWLINE;
    this.#at += 1;
    this.#open = this.#at;
    this.#records += 1;
  }

  /** Forgets what was put in since the last end. */
  undo(): void {
    this.#at = this.#open;
  }

  /** What is in it, to be used before anything else is put in. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#open);
    this.#at = 0;
    this.#open = 0;
    this.#records = 0;
    return taken;
  }
}
