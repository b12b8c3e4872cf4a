/** Lines that wait, the oldest first, in so many bytes at most. */
export class LineQueue {
  readonly #maxBytes: number;
  #lines: Buffer[] = [];
  #first = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#lines.length - this.#first;
  }

  /** How many of the oldest had to go for it. */
  push(lines: readonly Buffer[]): number {
    for (const line of lines) {
      this.#lines.push(line);
      this.#bytes += line.length + 1;
    }
    let dropped = 0;
    while (this.#bytes > this.#maxBytes && this.#shift() !== undefined) dropped += 1;
    return dropped;
  }

  /** The oldest of them: so many bytes, and at least one. */
  take(bytes: number): readonly Buffer[] {
    const taken: Buffer[] = [];
    for (let left = bytes; taken.length === 0 || (this.#lines[this.#first]?.length ?? Infinity) < left;) {
      const line = this.#shift();
      if (line === undefined) break;
      taken.push(line);
      left -= line.length + 1;
    }
    return taken;
  }

  /** They are the oldest again. */
  putBack(lines: readonly Buffer[]): void {
    this.#lines = [...lines, ...this.#lines.slice(this.#first)];
    this.#first = 0;
    for (const line of lines) this.#bytes += line.length + 1;
  }

  #shift(): Buffer | undefined {
    const line = this.#lines[this.#first];
    if (line === undefined) return undefined;
    this.#bytes -= line.length + 1;
    this.#first += 1;
    // What was taken lies in front until it is more than what waits.
    if (this.#first * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#first);
      this.#first = 0;
    }
    return line;
  }
}
