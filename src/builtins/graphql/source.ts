import { Lexer, parse, Source, TokenKind } from 'graphql';
import type { ASTNode, DocumentNode, StringValueNode, Token } from 'graphql';
import { BuiltinError } from '../builtin.js';
import { tooDeep } from '../text-limit.js';
import type { GqlComment, GqlComments } from './document.js';

/** A parsed text; `node` is absent for a text that holds nothing but blanks and comments. */
export interface GqlSource {
  readonly node?: DocumentNode;
  /** The comments before the end of the text. */
  readonly comments: GqlComments | undefined;
}

/** Parses GraphQL text. Throws BuiltinError with the place of the mistake. */
export function parseSource(text: string): GqlSource {
  const source = new Source(text);
  try {
    const first = new Lexer(source).advance();
    // gqlparser takes an empty document, graphql-js does not.
    if (first.kind === TokenKind.EOF) return { comments: commentsBefore(first) };
    const node = parse(source, { allowLegacyFragmentVariables: true });
    return { node, comments: commentsBefore(node.loc?.endToken) };
  } catch (cause) {
    if (cause instanceof RangeError) throw tooDeep('a GraphQL text');
    throw new BuiltinError(`GraphQL parse error: ${cause instanceof Error ? cause.message : 'unknown'}`, { cause });
  }
}

/** The run of comments directly before a token. */
function commentsBefore(token: Token | null | undefined): GqlComments | undefined {
  const list: { readonly Value: string }[] = [];
  for (let previous = token?.prev; previous?.kind === TokenKind.COMMENT; previous = previous.prev) {
    list.push({ Value: `#${previous.value}` });
  }
  return list.length === 0 ? undefined : { List: list.reverse() };
}

/** The comments directly before a node. */
export function commentsOf(node: ASTNode): GqlComments | undefined {
  return commentsBefore(node.loc?.startToken);
}

interface DescribedNode {
  readonly description?: StringValueNode | undefined;
}

/** Description of a type system node with the comments on both sides; `block` tells whether the node ended with a `}`. */
export function describe(node: ASTNode & DescribedNode, block = false): GqlComment & { readonly Description: string } {
  const { description } = node;
  const keyword = description === undefined ? node.loc?.startToken : nextToken(description.loc?.endToken);
  return {
    Description: description === undefined ? '' : stringText(description),
    BeforeDescriptionComment: description === undefined ? undefined : commentsOf(description),
    AfterDescriptionComment: commentsBefore(keyword),
    EndOfDefinitionComment: block ? commentsBefore(node.loc?.endToken) : undefined,
  };
}

/** Text of a string; gqlparser lets the first line of a block string count for the common indent, graphql-js does not. */
export function stringText(node: StringValueNode): string {
  if (node.block !== true || node.loc === undefined) return node.value;
  const raw = node.loc.source.body.slice(node.loc.start + 3, node.loc.end - 3);
  const lines = raw.replaceAll('\\"""', '"""').split(/\r\n|[\n\r]/);
  const indents = lines.filter((line) => !isBlank(line)).map((line) => line.search(/[^ \t]/));
  const indent = Math.min(...indents, Number.MAX_SAFE_INTEGER);
  const cut = lines.map((line, index) => (index === 0 || indents.length === 0 ? line : line.slice(indent)));
  const first = cut.findIndex((line) => !isBlank(line));
  return first < 0 ? '' : cut.slice(first, cut.findLastIndex((line) => !isBlank(line)) + 1).join('\n');
}

function isBlank(line: string): boolean {
  return /^[ \t]*$/.test(line);
}

function nextToken(token: Token | null | undefined): Token | null | undefined {
  let next = token?.next;
  while (next?.kind === TokenKind.COMMENT) next = next.next;
  return next;
}
