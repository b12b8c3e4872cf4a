import { GatewayError } from '../errors.js';
import { checkDepth } from './depth.js';
import { numberFromText } from './number.js';
import type { Step } from './step.js';
import { RegoObject, RegoSet } from './value.js';
import type { RegoValue } from './value.js';

/** JSON's numbers, and those of Rego that begin or end with their point. */
const NUMBER = /-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const EMPTY_SET = /set\(\s*\)/y;

/**
 * Reads one Rego value: JSON, or what `opa_value_dump` writes (sets as `{1, 2}` and `set()`, keys of any type).
 * Bytes are UTF-8. Throws GatewayError `value_invalid` naming the offset, or `value_too_deep`. `step` counts values.
 */
export function parseTerm(source: string | Uint8Array, step?: Step): RegoValue {
  const reader = new TermReader(typeof source === 'string' ? source : decode(source), 0, step);
  const value = reader.value(0);
  reader.end();
  return value;
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** A cursor over the text of one value. Also used by the JSON transcoder where only a tree will do (sets). */
export class TermReader {
  readonly #text: string;
  readonly #step: Step | undefined;
  position: number;

  constructor(text: string, position = 0, step?: Step) {
    this.#text = text;
    this.position = position;
    this.#step = step;
  }

  value(depth: number): RegoValue {
    this.#step?.();
    switch (this.#token()) {
      case 0x22:
        return this.#string();
      case 0x7b:
        return this.#braces(depth + 1);
      case 0x5b:
        return this.#array(depth + 1);
      case 0x74:
        return this.#word('true', true);
      case 0x66:
        return this.#word('false', false);
      case 0x6e:
        return this.#word('null', null);
      case 0x73:
        return this.#emptySet();
      default:
        return this.#number();
    }
  }

  /** Refuses anything but blanks after the value. */
  end(): void {
    if (!Number.isNaN(this.#token())) this.#fail('the end');
  }

  /** Skips blanks; the code of the character under the cursor, NaN at the end. */
  #token(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.position++;
    }
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.position)) this.#fail(word);
    this.position += word.length;
    return value;
  }

  #emptySet(): RegoSet {
    this.#match(EMPTY_SET, 'set()');
    return RegoSet.of([]);
  }

  #number(): RegoValue {
    return numberFromText(this.#match(NUMBER, 'a value'));
  }

  #match(pattern: RegExp, expected: string): string {
    pattern.lastIndex = this.position;
    const text = pattern.exec(this.#text)?.[0];
    if (text === undefined) return this.#fail(expected);
    this.position += text.length;
    return text;
  }

  #string(): string {
    const start = this.position + 1;
    let escaped = false;
    for (let index = start; ; index++) {
      const code = this.#text.charCodeAt(index);
      if (code === 0x22) {
        this.position = index + 1;
        return escaped ? this.#unescape(start - 1, index + 1) : this.#text.slice(start, index);
      }
      // Not `code < 0x20` alone: NaN at the end of the text must be refused too.
      if (!(code >= 0x20)) this.#fail('a closed string');
      if (code === 0x5c) {
        escaped = true;
        index++;
      }
    }
  }

  #unescape(start: number, end: number): string {
    try {
      return JSON.parse(this.#text.slice(start, end)) as string;
    } catch (cause) {
      throw new GatewayError('value_invalid', `Expected a JSON string at offset ${start}`, { cause });
    }
  }

  #array(depth: number): readonly RegoValue[] {
    checkDepth(depth);
    this.position++;
    const items: RegoValue[] = [];
    if (this.#token() === 0x5d) return this.#close(items);
    for (;;) {
      items.push(this.value(depth));
      if (this.#separator(0x5d)) return items;
    }
  }

  #close<T>(value: T): T {
    this.position++;
    return value;
  }

  /** Steps over `,` or the closing character; true when it closed. */
  #separator(closing: number): boolean {
    const code = this.#token();
    if (code !== closing && code !== 0x2c) this.#fail(`, or ${String.fromCharCode(closing)}`);
    this.position++;
    return code === closing;
  }

  /** An object or a set: which of the two shows after the first member. */
  #braces(depth: number): RegoObject | RegoSet {
    checkDepth(depth);
    this.position++;
    if (this.#token() === 0x7d) return this.#close(RegoObject.of([]));
    const first = this.value(depth);
    return this.#token() === 0x3a ? this.#object(first, depth) : this.#set(first, depth);
  }

  #object(first: RegoValue, depth: number): RegoObject {
    const entries: (readonly [RegoValue, RegoValue])[] = [];
    for (let key = first; ; key = this.value(depth)) {
      if (this.#token() !== 0x3a) this.#fail(':');
      this.position++;
      entries.push([key, this.value(depth)]);
      if (this.#separator(0x7d)) return RegoObject.of(entries, this.#step);
    }
  }

  #set(first: RegoValue, depth: number): RegoSet {
    const members = [first];
    while (!this.#separator(0x7d)) members.push(this.value(depth));
    return RegoSet.of(members, this.#step);
  }

  #fail(expected: string): never {
    throw new GatewayError('value_invalid', `Expected ${expected} at offset ${this.position} of a Rego value`);
  }
}
