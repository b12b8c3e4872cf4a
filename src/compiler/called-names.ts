import type { RegoModule } from './protocol.js';

/** A name that a parenthesis follows. */
const CALL = /[a-z_][\w.]*(?=\()/g;

/** Characters that are looked at: a larger set takes so long to compile that looking on saves nothing. */
const MAX_CHARS = 2 ** 20;

/** What modules call, read off their text long before they are compiled: rules, built-ins, and words in comments and strings. */
export function calledNames(modules: readonly RegoModule[]): Set<string> {
  const found = new Set<string>();
  let left = MAX_CHARS;
  for (const { text } of modules) {
    if (text.length > left) break;
    left -= text.length;
    for (const [name] of text.matchAll(CALL)) found.add(name);
  }
  return found;
}
