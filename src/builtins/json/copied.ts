import type { Step } from '../../value/step.js';
import { RegoObject, RegoSet } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { isArray } from '../operands.js';
import { tooLarge } from '../text-limit.js';

/** Values that the copies of one patch may add. */
const MAX_COPIED = 5_000_000;

/**
 * Counts what the copies of one patch add. A copy of a copy is the same value in memory and takes no time; written out, thirty
 * of them in a row are a billion values.
 */
export class Copied {
  readonly #step: Step;
  readonly #sizes = new WeakMap<object, number>();
  #copied = 0;

  constructor(step: Step) {
    this.#step = step;
  }

  /** Throws `evaluation_out_of_memory` when it is too much. */
  add(value: RegoValue): void {
    this.#copied += this.#sizeOf(value);
    if (this.#copied > MAX_COPIED) throw tooLarge(`The patch copies more than ${MAX_COPIED} values`);
  }

  #sizeOf(value: RegoValue): number {
    const parts = isArray(value)
      ? value
      : value instanceof RegoSet
        ? value.members
        : value instanceof RegoObject
          ? value.entries
          : undefined;
    if (parts === undefined) return 1;
    const known = this.#sizes.get(parts);
    if (known !== undefined) return known;
    this.#step(1 + (parts.length >> 3));
    const size = parts.reduce<number>((sum, part) => sum + this.#sizeOf(part), 1);
    this.#sizes.set(parts, size);
    return size;
  }
}
