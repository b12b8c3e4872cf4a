const PAGE = 65_536;

/** The linear memory of one instance, with views that survive its growth. */
export class GuestMemory {
  readonly memory: WebAssembly.Memory;
  #bytes: Buffer;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.#bytes = Buffer.from(memory.buffer);
  }

  /** All of it. Take it anew after every call into the guest: growing detaches the old view. */
  get bytes(): Buffer {
    if (this.#bytes.byteLength === 0) this.#bytes = Buffer.from(this.memory.buffer);
    return this.#bytes;
  }

  /** Grows until `end` fits. Throws RangeError at the maximum. */
  reserve(end: number): void {
    const missing = end - this.bytes.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
  }

  /** The text that ends with a zero byte. */
  text(address: number): string {
    const bytes = this.bytes;
    const start = address >>> 0;
    return bytes.toString('utf8', start, bytes.indexOf(0, start));
  }
}
