/** A number as it stands in the text: whether it is an integer is decided by how it is written. */
export class GoNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An object with its members in the order of the text, repeats included. */
export class GoObject {
  readonly members: readonly (readonly [string, GoValue])[];
  constructor(members: readonly (readonly [string, GoValue])[]) {
    this.members = members;
  }
}

export type GoValue = null | boolean | string | GoNumber | GoObject | readonly GoValue[];

/** Thrown for text that holds no JSON value; caught where the wire text of the refusal is known. */
export class GoSyntaxError extends Error {
  override readonly name = 'GoSyntaxError';
}

/** Nesting that is followed: far beyond any request of these domains, far below what the stack bears. Go stops at 10,000. */
const MAX_DEPTH = 500;

const QUOTE = 0x22;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// eslint-disable-next-line no-control-regex -- JSON forbids exactly these control characters inside strings
const SPECIAL = /[\\\u0000-\u001f]/;
// eslint-disable-next-line no-control-regex -- as above
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;

/**
 * The first JSON value of a request body, read as Go's decoder reads it: what follows the value is ignored, a byte order mark is
 * not, half a surrogate pair and bytes that are no UTF-8 become U+FFFD. JSON.parse cannot serve: it drops repeated names and the
 * way that numbers are written. Throws GoSyntaxError.
 */
export function scanGoJson(body: Uint8Array): GoValue {
  // Buffer keeps the byte order mark, TextDecoder would swallow it.
  return new Scanner(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')).value(0);
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): GoValue {
    if (depth > MAX_DEPTH) throw new GoSyntaxError('the value is nested too deeply');
    this.#space();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return new GoNumber(this.#match(NUMBER));
    }
  }

  #object(depth: number): GoObject {
    const members: [string, GoValue][] = [];
    this.#at += 1;
    if (this.#takes('}')) return new GoObject(members);
    do {
      this.#space();
      const name = this.#string();
      this.#expect(':');
      members.push([name, this.value(depth + 1)]);
    } while (this.#takes(','));
    this.#expect('}');
    return new GoObject(members);
  }

  #array(depth: number): GoValue[] {
    const items: GoValue[] = [];
    this.#at += 1;
    if (this.#takes(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#takes(','));
    this.#expect(']');
    return items;
  }

  #string(): string {
    // A string without escapes is by far the most common: it is taken in one step.
    if (this.#text.charCodeAt(this.#at) === QUOTE) {
      const end = this.#text.indexOf('"', this.#at + 1);
      const plain = this.#text.slice(this.#at + 1, Math.max(end, 0));
      if (end > 0 && !SPECIAL.test(plain)) {
        this.#at = end + 1;
        return plain;
      }
    }
    return wellFormed(JSON.parse(this.#match(STRING)) as string);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw this.#unexpected();
    this.#at += found.length;
    return found;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #takes(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#takes(character)) throw this.#unexpected();
  }

  #unexpected(): GoSyntaxError {
    return new GoSyntaxError(`expected JSON at character ${this.#at}`);
  }
}

const LONE_SURROGATE = /\p{Surrogate}/gu;

/** The string with every half of a surrogate pair replaced by U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd');
}
