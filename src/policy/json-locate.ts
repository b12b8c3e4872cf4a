/** Where JSON text stops being JSON. */
export interface JsonFault {
  /** Index into the text. */
  readonly at: number;
  readonly expected: string;
}

const SPACE = /[ \t\n\r]*/y;
const LITERAL = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING_PART = /(?:[\u0020\u0021\u0023-\u005b\u005d-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/** The first fault of text that `JSON.parse` refused. V8 says the place in words, and not always; this says it in numbers. */
export function locateJsonFault(text: string): JsonFault {
  return new Locator(text).run();
}

/** An escape of JSON text; four hex digits are those of a UTF-16 unit. */
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|.)/g;
const MAYBE_HALF = /\\u[dD][89a-fA-F]/;

/** Index of the first escape in valid JSON text that is half of a surrogate pair without its other half. */
export function findHalfPair(text: string): number | undefined {
  if (!MAYBE_HALF.test(text)) return undefined;
  let high: number | undefined;
  for (const { 0: escape, 1: digits, index } of text.matchAll(ESCAPE)) {
    const unit = digits === undefined ? 0 : Number.parseInt(digits, 16);
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (high !== undefined && !(isLow && index === high + escape.length)) return high;
    if (high === undefined && isLow) return index;
    high = unit >= 0xd800 && unit <= 0xdbff ? index : undefined;
  }
  return high;
}

class Locator {
  readonly #text: string;
  readonly #open: ('object' | 'array')[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): JsonFault {
    let expected: string | undefined = this.#value();
    while (expected === undefined) {
      this.#skip(SPACE);
      const top = this.#open.at(-1);
      if (top === undefined) return { at: this.#at, expected: 'the end of the file' };
      if (this.#take(top === 'object' ? '}' : ']')) this.#open.pop();
      else if (this.#take(',')) expected = top === 'object' ? this.#member() : this.#value();
      else expected = `"," or "${top === 'object' ? '}' : ']'}"`;
    }
    return { at: this.#at, expected };
  }

  /** Undefined when a value (or the start of one) was read, else what was expected. */
  #value(): string | undefined {
    this.#skip(SPACE);
    if (this.#take('{')) {
      this.#skip(SPACE);
      this.#open.push('object');
      return this.#peek() === '}' ? undefined : this.#member();
    }
    if (this.#take('[')) {
      this.#skip(SPACE);
      this.#open.push('array');
      return this.#peek() === ']' ? undefined : this.#value();
    }
    if (this.#peek() === '"') return this.#string();
    return this.#skip(LITERAL) || this.#skip(NUMBER) ? undefined : 'a JSON value';
  }

  #member(): string | undefined {
    this.#skip(SPACE);
    if (this.#peek() !== '"') return 'a key in double quotes';
    const fault = this.#string();
    if (fault !== undefined) return fault;
    this.#skip(SPACE);
    return this.#take(':') ? this.#value() : '":"';
  }

  #string(): string | undefined {
    this.#at++;
    this.#skip(STRING_PART);
    return this.#take('"') ? undefined : 'a valid character or the end of the string';
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const length = pattern.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length > 0;
  }
}
