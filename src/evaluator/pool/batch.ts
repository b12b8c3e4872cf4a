/** One request as the main thread packs it. */
export interface BatchRequest extends Omit<BatchItem, 'generation'> {
  readonly generation: { readonly id: number };
}

/** One request as the worker finds it in a batch. */
export interface BatchItem {
  readonly sequence: number;
  readonly generation: number;
  readonly entrypoint: number;
  readonly strict: boolean;
  readonly metrics: boolean;
  /** Whole ms. */
  readonly timeoutMs: number;
  readonly input: Uint8Array | undefined;
}

// Per request: sequence, generation, entrypoint, flags, offset and length of the input (-1: none), deadline.
const WORDS = 7;
const WORD_BYTES = 4;
const MAX_WORD = 2 ** 31 - 1;
const STRICT = 1;
const METRICS = 2;

/** All requests of one tick in one buffer: one message and one transfer, however many there are. */
export function packBatch(items: readonly BatchRequest[]): ArrayBuffer {
  const header = (1 + items.length * WORDS) * WORD_BYTES;
  const bytes = items.reduce((sum, { input }) => sum + (input?.byteLength ?? 0), header);
  const buffer = new ArrayBuffer(bytes);
  const words = new Int32Array(buffer, 0, header / WORD_BYTES);
  const payload = new Uint8Array(buffer);
  words[0] = items.length;
  let offset = header;
  let word = 1;
  for (const item of items) {
    const length = item.input?.byteLength ?? -1;
    words[word] = item.sequence;
    words[word + 1] = item.generation.id;
    words[word + 2] = item.entrypoint;
    words[word + 3] = (item.strict ? STRICT : 0) | (item.metrics ? METRICS : 0);
    words[word + 4] = offset;
    words[word + 5] = length;
    words[word + 6] = Math.min(Math.ceil(item.timeoutMs), MAX_WORD);
    if (item.input !== undefined) {
      payload.set(item.input, offset);
      offset += length;
    }
    word += WORDS;
  }
  return buffer;
}

/** Calls `take` with each request in order. Inputs are views into the batch. */
export function unpackBatch(buffer: ArrayBuffer, take: (item: BatchItem) => void): void {
  const [count = 0] = new Int32Array(buffer, 0, 1);
  const words = new Int32Array(buffer, WORD_BYTES, count * WORDS);
  for (let word = 0; word < words.length; word += WORDS) {
    const flags = words[word + 3] ?? 0;
    const length = words[word + 5] ?? -1;
    take({
      sequence: words[word] ?? 0,
      generation: words[word + 1] ?? 0,
      entrypoint: words[word + 2] ?? 0,
      strict: (flags & STRICT) !== 0,
      metrics: (flags & METRICS) !== 0,
      timeoutMs: words[word + 6] ?? MAX_WORD,
      input: length < 0 ? undefined : new Uint8Array(buffer, words[word + 4], length),
    });
  }
}
