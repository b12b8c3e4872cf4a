import type { CompoundCommand, CompoundList, Redirected } from 'unbash';

/** What commands of one stretch of shell share. */
export interface Scope {
  readonly variables: Map<string, string>;
  readonly functions: Map<string, CompoundCommand | Redirected | CompoundList>;
  readonly via: readonly string[];
  readonly sure: boolean;
  /** Programs and commands around it. */
  readonly depth: number;
  /** The function that is being read. */
  readonly inside?: string;
  readonly piped?: boolean;
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
  return { variables, functions: new Map(), via: [], sure, depth: 0 };
}

/** One after the other: the text is known when all of it is. */
export function joined(outputs: readonly Output[]): Output {
  if (outputs.length === 1 && outputs[0] !== undefined) return outputs[0];
  const names = new Set<string>();
  const reads = new Set<string>();
  let text: string | undefined = '';
  for (const output of outputs) {
    for (const name of output.names) if (names.size < 32) names.add(name);
    for (const path of output.reads) if (reads.size < 32) reads.add(path);
    text = text === undefined || output.text === undefined ? undefined : bounded(text + output.text);
  }
  return { names: [...names], reads: [...reads], text };
}

export function bounded(text: string): string | undefined {
  return text.length <= MAX_TEXT ? text : undefined;
}
