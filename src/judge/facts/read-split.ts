import type { Reader } from './reader.js';
import type { Scope } from './scope.js';

/** Pieces of a text that is no shell program which are taken for commands. */
const MAX_PIECES = 64;
/** What is longer is known by its parsable part alone. */
const MAX_LENGTH = 16 * 1024;

/** Of a text that does not parse the words are looked at besides: other shells have other rules. What that finds is never sure. */
export function readSplit(text: string, scope: Scope, reader: Reader): void {
  if (text.length > MAX_LENGTH) return;
  for (const piece of text.split(/[;\n|&()`]+/, MAX_PIECES)) {
    const words = piece.match(/[^\s"']+/g) ?? [];
    if (words.length > 0 && reader.sheet.takesStep()) reader.argv(words, scope, undefined);
  }
}
