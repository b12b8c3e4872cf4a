import type { Substitution } from './expand.js';
import type { FactSheet } from './fact-sheet.js';
import type { Output, Scope } from './scope.js';

/** Words of one command that are looked at; also assignments before it, and redirects. */
export const MAX_ARGV = 512;

/** One command with its words expanded. */
export interface Invocation {
  /** The first word, which says what is run. */
  readonly first: string;
  /** Those behind it. */
  readonly words: readonly string[];
  readonly scope: Scope;
  /** What stands on its standard input, when that is no terminal. */
  readonly input: Output | undefined;
  /** What ran to get its words. */
  readonly substitutions: readonly Substitution[];
}

/** Who reads the programs that commands carry. */
export interface Reader {
  readonly sheet: FactSheet;
  program(text: string, scope: Scope, input: Output | undefined): Output;
  argv(argv: readonly string[], scope: Scope, input: Output | undefined): Output;
}
