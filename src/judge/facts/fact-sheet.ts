import type { CodeFact, CommandFact, Facts, FileFact, FlowFact, HostFact, SqlFact } from './facts.js';

/** Facts of one kind that are told of one call: a policy goes over each of them. */
const MAX_FACTS = 512;
/** Characters of all facts. */
const MAX_LENGTH = 256 * 1024;
/** Commands that are looked at besides those that are written: what wrappers start, and what loops and functions repeat. */
const MAX_STEPS = 1_000;
/** Characters of nested programs that are parsed, beyond the call itself. */
const MAX_NESTED = 64 * 1024;

/** Longest list that is put together word by word. */
const MAX_SHORT = 8;

/** Facts as they are gathered, each once, and what may still be spent on them. */
export class FactSheet {
  readonly #lists = {
    reads: new Map<string, FileFact>(),
    writes: new Map<string, FileFact>(),
    hosts: new Map<string, HostFact>(),
    flows: new Map<string, FlowFact>(),
    sql: new Map<string, SqlFact>(),
    code: new Map<string, CodeFact>(),
    recursions: new Map<string, string>(),
  };
  readonly #commands: CommandFact[] = [];
  readonly #known = new Map<string, Set<string>>();
  #truncated = false;
  #left = MAX_LENGTH;
  #steps = MAX_STEPS;
  #nested = MAX_NESTED;

  /**
   * `argv` is the whole command, word by word: neither what stands behind the bound of a fact's text nor where its words end is told by
   * that text. `fact` is asked for the first time that the command comes.
   */
  command(argv: readonly string[], { via, sure }: Pick<CommandFact, 'via' | 'sure'>, fact: () => CommandFact): void {
    const way = via.length === 0 && sure ? 'sure' : `${via.join('\0')}\0${sure}`;
    let known = this.#known.get(way);
    if (known === undefined) this.#known.set(way, (known = new Set()));
    const words = keyOfWords(argv);
    if (known.has(words)) return;
    if (!this.#takesFact(this.#commands.length, words.length + way.length)) return;
    known.add(words);
    this.#commands.push(fact());
  }

  reads(fact: FileFact): void {
    this.#add(this.#lists.reads, keyOf(fact), fact);
  }

  writes(fact: FileFact): void {
    this.#add(this.#lists.writes, keyOf(fact), fact);
  }

  host(fact: HostFact): void {
    this.#add(this.#lists.hosts, `${fact.host}\0${fact.by}`, fact);
  }

  flow(fact: FlowFact): void {
    const { kind, from, reads, into, sure, substituted = [], sends = [] } = fact;
    this.#add(
      this.#lists.flows,
      `${kind}\0${keyOfWords(from)}\0${keyOfWords(reads)}\0${into}${sure}${keyOfWords(substituted)}\0${keyOfWords(sends)}`,
      fact,
    );
  }

  sql(fact: SqlFact): void {
    this.#add(this.#lists.sql, `${fact.words.join(' ')}${fact.where}${fact.always}${fact.sure}`, fact);
  }

  code(fact: CodeFact): void {
    this.#add(this.#lists.code, `${fact.language}\0${fact.names.join(' ')}${fact.sure}`, fact);
  }

  recursion(name: string): void {
    this.#add(this.#lists.recursions, name, name);
  }

  /** Something is left out. */
  cut(): void {
    this.#truncated = true;
  }

  /** Whether one more repeated step may be taken. What is left out is said. */
  takesStep(): boolean {
    this.#steps -= 1;
    if (this.#steps < 0) this.#truncated = true;
    return this.#steps >= 0;
  }

  /** Whether a nested program of this length may be parsed. */
  takesProgram(length: number): boolean {
    this.#nested -= length;
    if (this.#nested < 0) this.#truncated = true;
    return this.#nested >= 0;
  }

  get facts(): Facts {
    const { reads, writes, hosts, flows, sql, code, recursions } = this.#lists;
    return {
      commands: this.#commands,
      reads: [...reads.values()],
      writes: [...writes.values()],
      hosts: [...hosts.values()],
      flows: [...flows.values()],
      sql: [...sql.values()],
      code: [...code.values()],
      recursions: [...recursions.values()],
      truncated: this.#truncated,
    };
  }

  #add<T>(list: Map<string, T>, key: string, fact: T): void {
    if (!list.has(key) && this.#takesFact(list.size, key.length)) list.set(key, fact);
  }

  /** Whether one more fact may be told beside `count` of its kind. What is left out is said. */
  #takesFact(count: number, length: number): boolean {
    this.#left -= length;
    const takes = count < MAX_FACTS && this.#left >= 0;
    if (!takes) this.cut();
    return takes;
  }
}

/** Their join. Most lists are short, for which that costs several times as much. */
function keyOfWords(words: readonly string[]): string {
  if (words.length > MAX_SHORT) return words.join('\0');
  let key = words[0] ?? '';
  for (let at = 1; at < words.length; at++) key += `\0${words[at] ?? ''}`;
  return key;
}

function keyOf({ path, by, sure }: FileFact): string {
  return `${path}\0${by}${sure}`;
}
