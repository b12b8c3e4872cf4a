import { GatewayError } from '../errors.js';
import { compareStrings } from './compare-strings.js';
import { checkDepth } from './depth.js';
import { formatJson, joinMembers, quoteJson } from './format-json.js';
import type { JsonMember } from './format-json.js';
import { TermReader } from './parse-term.js';

/** What a string between quotes must not hold if it is to be passed on as it stands. */
const REWORDED = /[<>&\\\u2028\u2029]/;

/**
 * Turns what `opa_value_dump` wrote into what OPA prints, without building the value where text will do: `{"b": 1, "a": {2, 1}}`
 * becomes `{"a":[1,2],"b":1}`. Throws GatewayError `value_invalid` or `value_too_deep`.
 */
export function transcodeDump(dump: string): string {
  const transcoder = new Transcoder(dump);
  const json = transcoder.value(0);
  if (transcoder.position !== dump.length) transcoder.fail('the end');
  return json;
}

/** Relies on the dump's fixed layout: one blank after `,` and `:`, none elsewhere. */
class Transcoder {
  readonly #dump: string;
  readonly #plain: boolean;
  position = 0;

  constructor(dump: string) {
    this.#dump = dump;
    this.#plain = !REWORDED.test(dump);
  }

  value(depth: number): string {
    switch (this.#dump.charCodeAt(this.position)) {
      case 0x22:
        return this.#string();
      case 0x5b:
        return this.#array(depth + 1);
      case 0x7b:
        return this.#braces(depth + 1);
      case 0x73:
        return this.#emptySet();
      default:
        return this.#scalar();
    }
  }

  fail(expected: string): never {
    throw new GatewayError('value_invalid', `Expected ${expected} at offset ${this.position} of a value dump`);
  }

  /** A string as JSON text. */
  #string(): string {
    const text = this.#quoted();
    return this.#plain || !REWORDED.test(text) ? text : quoteJson(JSON.parse(text) as string);
  }

  /** The text from quote to quote. */
  #quoted(): string {
    const start = this.position;
    let end = this.#dump.indexOf('"', start + 1);
    // A quote after an odd run of backslashes belongs to the string.
    while (!this.#plain && end > 0 && this.#escaped(end)) end = this.#dump.indexOf('"', end + 1);
    if (end < 0) this.fail('a closed string');
    this.position = end + 1;
    return this.#dump.slice(start, end + 1);
  }

  #escaped(quote: number): boolean {
    let backslashes = 0;
    while (this.#dump.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++;
    return backslashes % 2 === 1;
  }

  /** Numbers, true, false, null: as written, up to the next delimiter. */
  #scalar(): string {
    const start = this.position;
    let end = start;
    for (let code = this.#dump.charCodeAt(end); isScalarCode(code); code = this.#dump.charCodeAt(end)) end++;
    if (end === start) this.fail('a value');
    this.position = end;
    return this.#dump.slice(start, end);
  }

  #emptySet(): string {
    if (!this.#dump.startsWith('set()', this.position)) this.fail('set()');
    this.position += 5;
    return '[]';
  }

  #array(depth: number): string {
    checkDepth(depth);
    if (this.#dump.charCodeAt(++this.position) === 0x5d) {
      this.position++;
      return '[]';
    }
    let json = `[${this.value(depth)}`;
    while (!this.#closes(0x5d)) json += `,${this.value(depth)}`;
    return `${json}]`;
  }

  /** Steps over `, ` or the closing character; true when it closed. */
  #closes(closing: number): boolean {
    const code = this.#dump.charCodeAt(this.position);
    if (code === closing) {
      this.position++;
      return true;
    }
    if (code !== 0x2c) this.fail(`, or ${String.fromCharCode(closing)}`);
    this.position += 2;
    return false;
  }

  #braces(depth: number): string {
    checkDepth(depth);
    const start = this.position++;
    const first = this.#dump.charCodeAt(this.position);
    if (first === 0x7d) {
      this.position++;
      return '{}';
    }
    if (first !== 0x22) return this.#tree(start, depth);
    const quoted = this.#quoted();
    return this.#dump.charCodeAt(this.position) === 0x3a ? this.#object(quoted, start, depth) : this.#strings(quoted, start, depth);
  }

  /** An object whose first key is a string; falls back to the tree when another key is none. */
  #object(first: string, start: number, depth: number): string {
    const members: JsonMember[] = [];
    let sorted = true;
    let previous: string | undefined;
    for (let quoted = first; ; quoted = this.#quoted()) {
      const name = this.#plain ? quoted.slice(1, -1) : (JSON.parse(quoted) as string);
      if (this.#dump.charCodeAt(this.position) !== 0x3a) this.fail(':');
      this.position += 2;
      sorted &&= previous === undefined || compareStrings(previous, name) < 0;
      previous = name;
      members.push([name, `${this.#plain ? quoted : quoteJson(name)}:${this.value(depth)}`]);
      if (this.#closes(0x7d)) return joinMembers(members, sorted);
      if (this.#dump.charCodeAt(this.position) !== 0x22) return this.#tree(start, depth);
    }
  }

  /** A set whose first member is a string: the usual set is of strings alone, and needs no tree. */
  #strings(first: string, start: number, depth: number): string {
    const members = [first];
    while (!this.#closes(0x7d)) {
      if (!this.#plain || this.#dump.charCodeAt(this.position) !== 0x22) return this.#tree(start, depth);
      members.push(this.#quoted());
    }
    return this.#plain ? `[${sortQuoted(members).join(',')}]` : `[${quoteJson(JSON.parse(first) as string)}]`;
  }

  /** Sets, and objects with keys that are no strings: their order needs the values themselves. */
  #tree(start: number, depth: number): string {
    const reader = new TermReader(this.#dump, start);
    const value = reader.value(depth - 1);
    this.position = reader.position;
    return formatJson(value);
  }
}

function isScalarCode(code: number): boolean {
  // Digits, letters, sign and point; not `,` `]` `}` `:` or a blank, and not NaN at the end.
  return (
    (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e || code === 0x2b || (code >= 0x61 && code <= 0x7a) || code === 0x45
  );
}

function sortQuoted(quoted: readonly string[]): readonly string[] {
  const texts = quoted.map((text) => text.slice(1, -1)).sort(compareStrings);
  return texts.map((text) => `"${text}"`);
}
