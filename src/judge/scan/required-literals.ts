/**
 * What a text has to hold for a pattern to match in it: of each clause one literal. Literals are folded as {@link foldUnit} folds texts.
 * No clause says nothing: what this reading does not know is never counted upon.
 */
export type Clauses = readonly (readonly string[])[];

/** Strings of one place that are followed, and their length. What goes beyond either begins a new clause. */
const MAX_STRINGS = 32;
const MAX_LENGTH = 12;
/** Literals of one clause: with more of them nearly every text holds one. */
const MAX_CLAUSE = 64;
/** Repeats that are written out. */
const MAX_REPEAT = 16;

const SPACE = 0x20;
const DIGIT = 0x30;
/** Every unit that is not ASCII. */
export const OTHER = 0x80;

/**
 * A unit of a text as literals are compared: letters in lower case with the two that Unicode folds into ASCII, every digit, every white space
 * and everything beyond ASCII as one sign.
 */
export function foldUnit(unit: number): number {
  if (unit < 0x80) return ASCII[unit] ?? unit;
  if (unit === LONG_S) return 0x73;
  return unit === KELVIN ? 0x6b : OTHER;
}

const LONG_S = 0x17f;
const KELVIN = 0x212a;

const ASCII = Uint8Array.from({ length: 0x80 }, (_, unit) => {
  if (unit === 0x09 || unit === 0x0a || unit === 0x0c || unit === 0x0d) return SPACE;
  if (unit >= 0x30 && unit <= 0x39) return DIGIT;
  return unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit;
});

/** Clauses of a pattern in RE2's syntax. */
export function requiredLiterals(pattern: string): Clauses {
  try {
    return clausesOf(new Reading(pattern).whole());
  } catch (thrown) {
    if (thrown instanceof Unknown || thrown instanceof RangeError) return [];
    throw thrown;
  }
}

/** `exact`: all that it matches, when that is told; otherwise what all of it needs. */
type Node = { readonly exact: readonly string[] } | { readonly clauses: Clauses };

/** Syntax that is not read here. */
class Unknown extends Error {}

const NOTHING: Node = { exact: [''] };
const ANYTHING: Node = { clauses: [] };

function clausesOf(node: Node): Clauses {
  return 'exact' in node ? clauseOf(node.exact) : node.clauses;
}

/** None when one of the strings stands in nearly every text. Of two of which one stands in the other the shorter is enough. */
function clauseOf(strings: readonly string[]): Clauses {
  const least = [...new Set(strings)].filter((string, _, all) => !all.some((other) => other !== string && string.includes(other)));
  return least.some((string) => /^[a-z0 ]?$/.test(string)) || least.length > MAX_CLAUSE ? [] : [least];
}

function either(nodes: readonly Node[]): Node {
  if (nodes.length === 1 && nodes[0] !== undefined) return nodes[0];
  const exact = nodes.flatMap((node) => ('exact' in node ? [node.exact] : []));
  const strings = [...new Set(exact.flat())];
  if (exact.length === nodes.length && strings.length <= MAX_STRINGS) return { exact: strings };
  const best = nodes.map((node) => strongest(clausesOf(node)));
  return { clauses: best.includes(undefined) ? [] : clauseOf(best.flatMap((clause) => clause ?? [])) };
}

/** The clause whose shortest literal is the longest; among these the one with the fewest. */
function strongest(clauses: Clauses): readonly string[] | undefined {
  const least = (clause: readonly string[]): number => Math.min(...clause.map(({ length }) => length));
  return [...clauses].sort((a, b) => least(b) - least(a) || a.length - b.length)[0];
}

function sequence(nodes: readonly Node[]): Node {
  const clauses: (readonly string[])[] = [];
  const runs: (readonly string[])[] = [];
  let run: readonly string[] = [''];
  for (const node of nodes) {
    const exact = 'exact' in node ? node.exact : [''];
    const joined = [...new Set(run.flatMap((before) => exact.map((after) => before + after)))];
    if ('exact' in node && joined.length <= MAX_STRINGS && joined.every(({ length }) => length <= MAX_LENGTH)) {
      run = joined;
      continue;
    }
    runs.push(run);
    run = exact;
    if ('clauses' in node) clauses.push(...node.clauses);
  }
  if (runs.length === 0) return { exact: run };
  return { clauses: [...clauses, ...[...runs, run].flatMap(clauseOf)] };
}

/** Side by side: what stands around a repeat is joined to its first and its last turn. */
function repeated(node: Node, least: number, most: number): readonly Node[] {
  const exact = 'exact' in node;
  const times = Math.min(least, MAX_REPEAT);
  const all = Array.from({ length: times }, () => node);
  if (least === most && times === least) return all;
  if (exact && most <= MAX_REPEAT && (most === 1 || node.exact.every(({ length }) => length <= 1))) {
    return [...all, ...Array.from({ length: most - times }, () => either([NOTHING, node]))];
  }
  return least === 0 ? [ANYTHING] : [...all, ANYTHING, ...(exact ? [node] : [])];
}

function literal(character: string): Node {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x80) return code === LONG_S || code === KELVIN ? ANYTHING : { exact: [String.fromCharCode(OTHER).repeat(character.length)] };
  return { exact: [String.fromCharCode(foldUnit(code))] };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', d: '0', s: ' ' };

class Reading {
  readonly #pattern: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = Array.from(pattern);
  }

  whole(): Node {
    const node = this.#either();
    if (this.#at < this.#pattern.length) throw new Unknown();
    return node;
  }

  #either(): Node {
    const nodes = [this.#sequence()];
    while (this.#takes('|')) nodes.push(this.#sequence());
    return either(nodes);
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    for (let next = this.#next; next !== undefined && next !== '|' && next !== ')'; next = this.#next) nodes.push(...this.#repeated());
    return sequence(nodes);
  }

  #repeated(): readonly Node[] {
    let nodes: readonly Node[] = [this.#atom()];
    for (let times = this.#times(); times !== undefined; times = this.#times()) nodes = repeated(sequence(nodes), ...times);
    return nodes;
  }

  #times(): [number, number] | undefined {
    let times: [number, number] | undefined;
    if (this.#takes('*')) times = [0, Infinity];
    else if (this.#takes('+')) times = [1, Infinity];
    else if (this.#takes('?')) times = [0, 1];
    else {
      const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.#pattern.slice(this.#at, this.#at + 12).join(''));
      if (counted === null) return undefined;
      const [all, least, range, most] = counted;
      this.#at += all.length;
      times = [Number(least), range === undefined ? Number(least) : most === '' ? Infinity : Number(most)];
    }
    this.#takes('?');
    return times;
  }

  #atom(): Node {
    const character = this.#take();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '.':
        return ANYTHING;
      case '^':
      case '$':
        return NOTHING;
      default:
        return literal(character);
    }
  }

  #group(): Node {
    if (this.#takes('?')) {
      let flags = '';
      while (/[a-zA-Z-]/.test(this.#next ?? '')) flags += this.#take();
      // Flags until the end of the group: what they change is folded away anyhow.
      if (this.#takes(')')) return NOTHING;
      // A name, or a look around.
      if (!/^[imsU-]*$/.test(flags) || !this.#takes(':')) throw new Unknown();
    }
    const node = this.#either();
    if (!this.#takes(')')) throw new Unknown();
    return node;
  }

  #escape(): Node {
    const character = this.#take();
    if (/[bBAz]/.test(character)) return NOTHING;
    if (/[wWSD]/.test(character)) return ANYTHING;
    const meant = ESCAPES[character];
    if (meant !== undefined) return literal(meant);
    if (/[\w]/.test(character)) throw new Unknown();
    return literal(character);
  }

  /** Members one by one; with a range that is none of digits alone it matches anything. */
  #class(): Node {
    let isKnown = !this.#takes('^');
    const members: Node[] = [];
    for (let first = true; first || this.#next !== ']'; first = false) {
      const from = this.#take();
      if (from === '[' && this.#next === ':') throw new Unknown();
      const member = from === '\\' ? this.#escape() : literal(from);
      if (this.#next === '-' && this.#pattern[this.#at + 1] !== ']') {
        this.#at += 1;
        const to = this.#take();
        if (to === '\\') throw new Unknown();
        isKnown &&= /\d/.test(from) && /\d/.test(to);
      }
      members.push(member);
    }
    this.#at += 1;
    return isKnown ? either(members) : ANYTHING;
  }

  get #next(): string | undefined {
    return this.#pattern[this.#at];
  }

  #take(): string {
    const character = this.#next;
    if (character === undefined) throw new Unknown();
    this.#at += 1;
    return character;
  }

  #takes(character: string): boolean {
    if (this.#next !== character) return false;
    this.#at += 1;
    return true;
  }
}
