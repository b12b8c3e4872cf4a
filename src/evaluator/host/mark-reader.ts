import type { Mark, Meaning } from '../marks.js';
import type { GuestMemory } from './guest-memory.js';

/** Where a mark has, behind the number of its evaluation, the address of the one before it and that of its text. */
const BEFORE = 8;
const TEXT = 12;

/** The text of a mark, as the compiler service writes it. */
interface Written {
  readonly rule: string;
  readonly at: string;
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly means?: {
    readonly title?: string;
    readonly description?: string;
    readonly do_instead?: string;
    readonly hands_on?: boolean;
  };
}

/** Reads which of the marked rules held in the latest evaluation. */
export class MarkReader {
  readonly #memory: GuestMemory;
  #words: DataView | undefined;
  /** Address of the mark made last; 0 when there is none. */
  readonly #last: WebAssembly.Global | undefined;
  /** By the address of the text: those are constants. */
  readonly #known = new Map<number, Mark>();
  /** By the address of the mark made last: what was read latest. */
  readonly #read = new Map<number, { readonly texts: readonly number[]; readonly marks: readonly Mark[] }>();

  constructor(memory: GuestMemory, last: WebAssembly.Global | undefined) {
    this.#memory = memory;
    this.#last = last;
  }

  /** In the order in which they held; undefined when none did. The same rules are the same array, mostly. */
  read(): readonly Mark[] | undefined {
    const last = this.#last?.value;
    if (typeof last !== 'number' || last === 0) return undefined;
    const words = this.#view();
    const before = this.#read.get(last);
    if (before !== undefined && isSame(before.texts, words, last)) return before.marks;
    const texts: number[] = [];
    for (let at = last; at !== 0; at = words.getInt32(at + BEFORE, true)) texts.push(words.getInt32(at + TEXT, true));
    const marks = texts.map((text) => this.#markAt(text)).reverse();
    this.#read.set(last, { texts, marks });
    return marks;
  }

  /** Made anew when the memory has grown. */
  #view(): DataView {
    const { bytes } = this.#memory;
    if (this.#words?.buffer !== bytes.buffer) this.#words = new DataView(bytes.buffer, bytes.byteOffset);
    return this.#words;
  }

  #markAt(address: number): Mark {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const mark = markOf(JSON.parse(this.#memory.text(address)) as Written);
    this.#known.set(address, mark);
    return mark;
  }
}

/** Whether the marks from `last` on have these texts. */
function isSame(texts: readonly number[], words: DataView, last: number): boolean {
  let at = last;
  for (const text of texts) {
    if (at === 0 || words.getInt32(at + TEXT, true) !== text) return false;
    at = words.getInt32(at + BEFORE, true);
  }
  return at === 0;
}

function markOf({ rule, at, labels, means }: Written): Mark {
  return {
    ...{ rule, at },
    ...(labels === undefined ? {} : { labels: JSON.stringify(labels) }),
    ...(means === undefined ? {} : { meaning: meaningOf(means) }),
  };
}

function meaningOf({ title, description, do_instead: doInstead, hands_on: handsOn = false }: NonNullable<Written['means']>): Meaning {
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(doInstead === undefined ? {} : { doInstead }),
    handsOn,
  };
}
