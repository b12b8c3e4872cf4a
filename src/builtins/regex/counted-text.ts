import type { Step } from '../../value/step.js';

/** A pattern of so many instructions counts one unit more for each character: the slowest of its machines tries them all. */
const INSTRUCTIONS_PER_UNIT = 32;

/** Shorter texts are over before anybody would look at the clock. */
const SHORT = 64;

/** A text that counts its characters as they are read: the matcher has no other place to be broken off at. */
class CountedText extends String {
  readonly #text: string;
  readonly #step: Step;
  readonly #units: number;

  constructor(text: string, step: Step, units: number) {
    super(text);
    this.#text = text;
    this.#step = step;
    this.#units = units;
  }

  override charCodeAt(index: number): number {
    this.#step(this.#units);
    return this.#text.charCodeAt(index);
  }
}

/** The text as a pattern with so many instructions is to read it. */
export function countedText(text: string, instructions: number, step: Step): string {
  if (text.length < SHORT && instructions < SHORT) return text;
  // The matcher takes String objects for strings, and so does the language; its types do not.
  return new CountedText(text, step, 1 + Math.floor(instructions / INSTRUCTIONS_PER_UNIT)) as unknown as string;
}
