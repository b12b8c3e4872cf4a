/** Facts of one kind that are told of one call: a policy goes over each of them. */
export const MAX_FACTS = 512;

/** Facts of one kind in the order in which they came. */
export class Told<T> {
  readonly facts: T[] = [];
  readonly #numbers: number[] = [];
  readonly #isSame: (one: T, other: T) => boolean;

  constructor(isSame: (one: T, other: T) => boolean) {
    this.#isSame = isSame;
  }

  /** Whether it has been told; `number` is that of its mark. */
  has(fact: T, number: number): boolean {
    const numbers = this.#numbers;
    for (let at = 0; at < numbers.length; at++) {
      if (numbers[at] !== number) continue;
      const other = this.facts[at];
      if (other !== undefined && this.#isSame(other, fact)) return true;
    }
    return false;
  }

  add(fact: T, number: number): void {
    this.facts.push(fact);
    this.#numbers.push(number);
  }
}

/** Characters at either end of a text that tell it from others. */
const MAX_LOOKED = 4;

/**
 * A number for a fact, which most others do not have, and how long its texts are. They are looked at where they are: to put a key together for each
 * fact, most of which are told already, and to look that up costs several times as much.
 */
export class Mark {
  number = 0;
  length = 0;

  start(): this {
    this.number = 0;
    this.length = 0;
    return this;
  }

  text(text: string): this {
    let { number } = this;
    const { length } = text;
    const first = Math.min(length, MAX_LOOKED);
    for (let at = 0; at < first; at++) number = Math.imul(number ^ text.charCodeAt(at), PRIME);
    for (let at = Math.max(first, length - MAX_LOOKED); at < length; at++) number = Math.imul(number ^ text.charCodeAt(at), PRIME);
    this.number = Math.imul(number ^ length, PRIME);
    this.length += length;
    return this;
  }

  /** With one character between them. */
  words(words: readonly string[]): this {
    for (const word of words) this.text(word);
    if (words.length > 1) this.length += words.length - 1;
    return this;
  }

  gap(): this {
    this.length += 1;
    return this;
  }

  /** As long as it is written. */
  flag(flag: boolean): this {
    this.number = Math.imul(this.number ^ (flag ? 1 : 2), PRIME);
    this.length += flag ? 4 : 5;
    return this;
  }
}

/** That of Fowler, Noll and Vo. */
const PRIME = 0x0100_0193;
