import { Lexer, Parser } from 'yaml';

/** Nesting that a YAML text from outside may have. */
export const MAX_YAML_DEPTH = 256;

/** Characters of which each level of nesting takes at least one. */
const OPENERS = /[[{:?-]/g;

/** The document itself and the node being read lie on the parser's stack, too. */
const NOT_NESTING = 2;

/**
 * Whether a YAML text nests deeper than `max`. Ask before composing a text from outside: the composer recurses, and V8 ends
 * the whole process ("RegExpCompiler Allocation failed") when a regex is first compiled at the very end of the stack.
 * The lexer and the parser that are used here keep stacks of their own; reading ends where the text is too deep.
 */
export function exceedsYamlDepth(text: string, max = MAX_YAML_DEPTH): boolean {
  if ((text.match(OPENERS)?.length ?? 0) <= max) return false;
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    const documents = parser.next(lexeme);
    while (documents.next().done !== true);
    if (parser.stack.length > max + NOT_NESTING) return true;
  }
  return false;
}
