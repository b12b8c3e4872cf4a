/** A command line, its options told from its operands. */
export interface Parsed {
  readonly flags: readonly string[];
  readonly operands: readonly string[];
  /** Values by option: of `-d x`, `-dx`, `--data x` and `--data=x`. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Words of one command that are looked at. */
const MAX_WORDS = 512;

const NO_FLAGS: readonly string[] = [];
const NO_VALUES: ReadonlyMap<string, readonly string[]> = new Map();

/** Reads the words after the name; `valued` are the options that take the next word, without their dashes. */
export function parseOptions(words: readonly string[], valued: ReadonlySet<string>): Parsed {
  if (words.length <= MAX_WORDS && firstOption(words) === words.length) return { flags: NO_FLAGS, operands: words, values: NO_VALUES };
  const given = new Given();
  const operands: string[] = [];
  const bound = Math.min(words.length, MAX_WORDS);
  for (let at = 0; at < bound; at++) {
    const word = words[at] ?? '';
    if (word.charCodeAt(0) !== DASH || word.length === 1) {
      operands.push(word);
    } else if (word === '--') {
      operands.push(...words.slice(at + 1, MAX_WORDS));
      break;
    } else if (word.charCodeAt(1) === DASH) {
      const sign = word.indexOf('=');
      const name = word.slice(2, sign < 0 ? undefined : sign);
      if (sign >= 0) given.add(name, word.slice(sign + 1));
      else given.add(name, valued.has(name) ? words[++at] : undefined);
    } else if (!isDigit(word.charCodeAt(1))) {
      at += short(word.slice(1), words[at + 1], valued, given);
    } else {
      operands.push(word);
    }
  }
  return { flags: given.flags, operands, values: given.values };
}

const DASH = 0x2d;

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** Where the first word stands that begins with a dash; behind the last one when none does. */
function firstOption(words: readonly string[]): number {
  let at = 0;
  while (at < words.length && words[at]?.charCodeAt(0) !== DASH) at += 1;
  return at;
}

/** Longest list that is searched one by one. */
const MAX_SHORT = 16;

/** Options as they are met, each once. Most commands have two or three of them, and no value. */
class Given {
  readonly flags: string[] = [];
  #known: Set<string> | undefined;
  #values: Map<string, string[]> | undefined;

  get values(): ReadonlyMap<string, readonly string[]> {
    return this.#values ?? NO_VALUES;
  }

  add(name: string, value: string | undefined): void {
    if (!this.#has(name)) this.flags.push(name);
    if (value === undefined) return;
    this.#values ??= new Map();
    const before = this.#values.get(name);
    if (before === undefined) this.#values.set(name, [value]);
    else before.push(value);
  }

  #has(name: string): boolean {
    if (this.flags.length < MAX_SHORT) return this.flags.includes(name);
    this.#known ??= new Set(this.flags);
    const known = this.#known.has(name);
    this.#known.add(name);
    return known;
  }
}

/** Letters in a row; the first that takes a value takes what follows it, or the next word. Returns how many words that took. */
function short(letters: string, next: string | undefined, valued: ReadonlySet<string>, given: Given): number {
  if (valued.has(letters)) {
    given.add(letters, next);
    return 1;
  }
  if (letters.length > 1) given.add(letters, undefined);
  for (let index = 0; index < letters.length && index < 16; index++) {
    const letter = letters[index] ?? '';
    if (!valued.has(letter)) {
      given.add(letter, undefined);
      continue;
    }
    const rest = letters.slice(index + 1);
    given.add(letter, rest === '' ? next : rest);
    return rest === '' ? 1 : 0;
  }
  return 0;
}

/** The words behind options and the first `skipped` operands: what a wrapper starts. */
export function wrapped(words: readonly string[], valued: ReadonlySet<string>, skipped: number): readonly string[] {
  let left = skipped;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return words.slice(at + 1 + left);
    if (word.startsWith('-') && word.length > 1) {
      const name = word.replace(/^--?/, '');
      if (valued.has(name) || (!word.startsWith('--') && valued.has(name.slice(-1)) && name.length > 1)) at += 1;
      continue;
    }
    if (left === 0) return words.slice(at);
    left -= 1;
  }
  return [];
}
