import type { CodeFact, CommandFact, Facts, FileFact, FlowFact, HostFact, SqlFact } from './facts.js';
import { isSameList } from '../../is-same-list.js';
import { Mark, MAX_FACTS, Told } from './told.js';

/** Characters of all facts. */
const MAX_LENGTH = 256 * 1024;
/** Commands that are looked at besides those that are written: what wrappers start, and what loops and functions repeat. */
const MAX_STEPS = 1_000;
/** Characters of nested programs that are parsed, beyond the call itself. */
const MAX_NESTED = 64 * 1024;

/** A command as it is met, word by word. */
interface Met {
  readonly first: string;
  readonly words: readonly string[];
  readonly scope: Pick<CommandFact, 'via' | 'sure'>;
}

const NO_WORDS: readonly string[] = [];

/** Facts as they are gathered, each once, and what may still be spent on them. */
export class FactSheet {
  readonly #met = new Told<Met>(isSameCommand);
  readonly #commands: CommandFact[] = [];
  readonly #reads = new Told<FileFact>(isSameFile);
  readonly #writes = new Told<FileFact>(isSameFile);
  readonly #hosts = new Told<HostFact>(isSameHost);
  readonly #flows = new Told<FlowFact>(isSameFlow);
  readonly #sql = new Told<SqlFact>(isSameSql);
  readonly #code = new Told<CodeFact>(isSameCode);
  readonly #recursions = new Told<string>((name, other) => name === other);
  readonly #mark = new Mark();
  #truncated = false;
  #left = MAX_LENGTH;
  #steps = MAX_STEPS;
  #nested = MAX_NESTED;

  /**
   * Whether the command is a new one, whose fact is to follow. All of its words count: neither what stands behind the bound of a fact's text nor
   * where its words end is told by that text.
   */
  takesCommand(met: Met): boolean {
    const { first, words, scope } = met;
    const mark = this.#mark.start().text(first).words(words).words(scope.via).flag(scope.sure);
    if (words.length > 0) mark.gap();
    if (scope.via.length > 0 || !scope.sure) mark.gap();
    return this.#add(this.#met, met);
  }

  command(fact: CommandFact): void {
    this.#commands.push(fact);
  }

  reads(fact: FileFact): void {
    this.#file(this.#reads, fact);
  }

  writes(fact: FileFact): void {
    this.#file(this.#writes, fact);
  }

  host(fact: HostFact): void {
    this.#mark.start().text(fact.host).gap().text(fact.by);
    this.#add(this.#hosts, fact);
  }

  flow(fact: FlowFact): void {
    const { kind, from, reads, into, sure, substituted = NO_WORDS, sends = NO_WORDS } = fact;
    this.#mark.start().text(kind).gap().words(from).gap().words(reads).gap().text(into).flag(sure).words(substituted).gap().words(sends);
    this.#add(this.#flows, fact);
  }

  sql(fact: SqlFact): void {
    this.#mark.start().words(fact.words).flag(fact.where).flag(fact.always).flag(fact.sure);
    this.#add(this.#sql, fact);
  }

  code(fact: CodeFact): void {
    this.#mark.start().text(fact.language).gap().words(fact.names).flag(fact.sure);
    this.#add(this.#code, fact);
  }

  recursion(name: string): void {
    this.#mark.start().text(name);
    this.#add(this.#recursions, name);
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
    return {
      commands: this.#commands,
      reads: this.#reads.facts,
      writes: this.#writes.facts,
      hosts: this.#hosts.facts,
      flows: this.#flows.facts,
      sql: this.#sql.facts,
      code: this.#code.facts,
      recursions: this.#recursions.facts,
      truncated: this.#truncated,
    };
  }

  #file(list: Told<FileFact>, fact: FileFact): void {
    this.#mark.start().text(fact.path).gap().text(fact.by).flag(fact.sure);
    this.#add(list, fact);
  }

  /** Whether the fact, of which the mark has been made, is a new one that may be told. What is left out is said. */
  #add<T>(list: Told<T>, fact: T): boolean {
    const { number, length } = this.#mark;
    if (list.has(fact, number)) return false;
    this.#left -= length;
    const takes = list.facts.length < MAX_FACTS && this.#left >= 0;
    if (takes) list.add(fact, number);
    else this.cut();
    return takes;
  }
}

function isSameCommand(a: Met, b: Met): boolean {
  return a.first === b.first && a.scope.sure === b.scope.sure && isSameList(a.words, b.words) && isSameList(a.scope.via, b.scope.via);
}

function isSameFile(a: FileFact, b: FileFact): boolean {
  return a.path === b.path && a.by === b.by && a.sure === b.sure;
}

function isSameHost(a: HostFact, b: HostFact): boolean {
  return a.host === b.host && a.by === b.by;
}

function isSameFlow(a: FlowFact, b: FlowFact): boolean {
  return (
    a.kind === b.kind &&
    a.into === b.into &&
    a.sure === b.sure &&
    isSameList(a.from, b.from) &&
    isSameList(a.reads, b.reads) &&
    isSameList(a.substituted ?? NO_WORDS, b.substituted ?? NO_WORDS) &&
    isSameList(a.sends ?? NO_WORDS, b.sends ?? NO_WORDS)
  );
}

function isSameSql(a: SqlFact, b: SqlFact): boolean {
  return a.where === b.where && a.always === b.always && a.sure === b.sure && isSameList(a.words, b.words);
}

function isSameCode(a: CodeFact, b: CodeFact): boolean {
  return a.language === b.language && a.sure === b.sure && isSameList(a.names, b.names);
}
