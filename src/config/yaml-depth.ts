import { Parser } from 'yaml';

/** Nesting that a YAML text from outside may have. */
export const MAX_YAML_DEPTH = 256;

/** Characters of which each level of nesting takes at least one. */
const OPENERS = /[[{:?-]/g;

/** A token of the syntax tree, as far as it nests. */
interface Nesting {
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
}

function childrenOf(token: Nesting): readonly Nesting[] {
  const children = [token.value, ...(token.items ?? []).flatMap(({ key, value }) => [key, value])];
  return children.filter((child): child is Nesting => typeof child === 'object' && child !== null);
}

/**
 * Whether a YAML text nests deeper than `max`. Ask before composing a text from outside: the composer recurses, and V8 ends
 * the whole process ("RegExpCompiler Allocation failed") when a regex is first compiled at the very end of the stack.
 * The lexer and the parser that are used here keep their own stacks.
 */
export function exceedsYamlDepth(text: string, max = MAX_YAML_DEPTH): boolean {
  if ((text.match(OPENERS)?.length ?? 0) <= max) return false;
  let level: readonly Nesting[] = [...new Parser().parse(text)] as readonly Nesting[];
  for (let depth = 0; level.length > 0; depth += 1) {
    // A document, its contents and a scalar in them add up to two levels that are no nesting.
    if (depth > max + 2) return true;
    level = level.flatMap(childrenOf);
  }
  return false;
}
