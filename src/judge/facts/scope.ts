import type { CompoundCommand, CompoundList, Redirected } from 'unbash';

/** What commands of one stretch of shell share. */
export interface Scope {
  readonly variables: Map<string, string>;
  /** Characters of values that may still be put in, in all of the call: `a=$a$a;` makes a long one of every eight characters. */
  readonly puts: { left: number };
  /** What ran to make their values, of those that are nothing but what it printed. */
  readonly origins: Map<string, Output>;
  readonly functions: Map<string, CompoundCommand | Redirected | CompoundList>;
  readonly via: readonly string[];
  readonly sure: boolean;
  /** Programs and commands around it. */
  readonly depth: number;
  /** The function that is being read. */
  readonly inside: string | undefined;
  readonly piped: boolean;
}

/** The same stretch of shell but for what is given. Field by field: every command asks for one, and a spread costs several times as much. */
export function scopeWith(scope: Scope, changes: Partial<Omit<Scope, 'functions' | 'origins' | 'puts' | 'sure'>>): Scope {
  const { variables = scope.variables, via = scope.via, depth = scope.depth, inside = scope.inside, piped = scope.piped } = changes;
  const { puts, origins, functions, sure } = scope;
  return { variables, puts, origins, functions, via, sure, depth, inside, piped };
}

/** What a command leaves behind for the next one. */
export interface Output {
  readonly names: readonly string[];
  readonly reads: readonly string[];
  /** What it prints, where that can be told without running it. */
  readonly text: string | undefined;
}

export const NOTHING: Output = { names: [], reads: [], text: '' };

/** It may print anything. */
export const UNKNOWN: Output = { names: [], reads: [], text: undefined };

/** Programs inside programs, and commands inside words, that are followed. */
export const MAX_DEPTH = 12;

/** Longest text that is carried along. */
export const MAX_TEXT = 4 * 1024;

/** Characters of values of one call: 256 of the longest, or some 10,000 as people have them. */
const MAX_PUT = 1 << 20;

/** The value of a variable; undefined when it has none, or when too many have been put in. */
export function valueOf({ variables, puts }: Pick<Scope, 'variables' | 'puts'>, name: string): string | undefined {
  const value = variables.get(name);
  if (value === undefined) return undefined;
  puts.left -= value.length;
  return puts.left < 0 ? undefined : value;
}

export function newScope(sure: boolean): Scope {
  // What scripts cut single characters from.
  const variables = new Map([
    ['HOME', '~'],
    ['IFS', ' '],
    ['PATH', '/usr/local/bin:/usr/bin:/bin'],
    ['SHELL', '/bin/bash'],
    ['BASH', '/bin/bash'],
    ['PWD', '.'],
  ]);
  const puts = { left: MAX_PUT };
  return { variables, puts, origins: new Map(), functions: new Map(), via: [], sure, depth: 0, inside: undefined, piped: false };
}

/** One after the other: the text is known when all of it is. */
export function joined(outputs: readonly Output[]): Output {
  return outputs.length === 0 ? NOTHING : outputs.reduce(both);
}

export function both(some: Output, more: Output): Output {
  return {
    names: united(some.names, more.names),
    reads: united(some.reads, more.reads),
    text: some.text === undefined || more.text === undefined ? undefined : bounded(some.text + more.text),
  };
}

/** Programs and files that are kept of what a command leaves behind. */
export const MAX_ORIGINS = 32;

/** Both without repeats. Most commands bring nothing new, and hundreds of them stand in one call: lists that stay as they are cost nothing. */
export function united(some: readonly string[], more: readonly string[]): readonly string[] {
  if (some.length === 0) return more;
  let all = some;
  for (const one of more) {
    if (all.length >= MAX_ORIGINS) break;
    if (!all.includes(one)) all = [...all, one];
  }
  return all;
}

export function bounded(text: string): string | undefined {
  return text.length <= MAX_TEXT ? text : undefined;
}
