import type { Step } from '../../value/step.js';
import { BuiltinError } from '../builtin.js';

/** Kinds of token of Go's text/template inside an action; `text` stands between actions, `close` ends one. */
export type TokenKind =
  'text' | 'open' | 'close' | 'space' | 'word' | 'field' | 'variable' | 'number' | 'character' | 'string' | 'dot' | 'punctuation' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const BLANK = ' \\t\\r\\n';
const BLANKS: readonly string[] = [' ', '\t', '\r', '\n'];
const COMMENT = /\/\*[^]*?\*\/(?: -)?}}/y;
const CLOSE = new RegExp(`[${BLANK}]-}}|}}`, 'y');
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

/** Patterns of the other tokens, in the order in which they are tried. */
const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', new RegExp(`[${BLANK}]+?(?=[${BLANK}]-}}|[^${BLANK}]|$)`, 'y')],
  ['punctuation', /:=|[=|(),]/y],
  ['string', /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y],
  ['character', /'(?:[^'\\\n]|\\[^\n])*'/y],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['word', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
];

/** What may follow a word, a field or a variable. */
const TERMINATOR = /[\s.,|:)(]|}}|$/y;

/** Splits a template into tokens; throws BuiltinError where Go's lexer stops. */
export function tokenize(template: string, step: Step): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let trimNext = false;
  while (at < template.length) {
    step();
    const open = template.indexOf('{{', at);
    const isTrimmed = open >= 0 && /^-[ \t\r\n]/.test(template.slice(open + 2, open + 4));
    const text = template.slice(at, open < 0 ? undefined : open);
    const start = trimNext ? firstShown(text) : 0;
    const shown = text.slice(start, isTrimmed ? Math.max(lastShown(text), start) : undefined);
    if (shown !== '') tokens.push({ kind: 'text', text: shown });
    if (open < 0) break;
    const inside = open + (isTrimmed ? 4 : 2);
    at = template.startsWith('/*', inside) ? skipComment(template, inside) : action(template, inside, tokens, step);
    trimNext = template.slice(0, at).endsWith('-}}');
  }
  tokens.push({ kind: 'end', text: 'EOF' });
  return tokens;
}

/** Where the blanks at the start end. */
function firstShown(text: string): number {
  let at = 0;
  while (BLANKS.includes(text[at] ?? 'end')) at++;
  return at;
}

/** Where the blanks at the end begin: a pattern would try them from each blank in the text. */
function lastShown(text: string): number {
  let at = text.length;
  while (BLANKS.includes(text[at - 1] ?? 'end')) at--;
  return at;
}

function skipComment(template: string, at: number): number {
  const comment = match(COMMENT, template, at);
  if (comment === undefined) throw new BuiltinError('template: unclosed comment');
  return at + comment.length;
}

/** Reads one action up to and with its closing braces; answers where it ended. */
function action(template: string, start: number, tokens: Token[], step: Step): number {
  tokens.push({ kind: 'open', text: '{{' });
  let depth = 0;
  for (let at = start; ;) {
    step();
    const close = match(CLOSE, template, at);
    if (close !== undefined) {
      if (depth > 0) throw new BuiltinError('template: unclosed left paren');
      tokens.push({ kind: 'close', text: '}}' });
      return at + close.length;
    }
    const token = next(template, at);
    if (token.text === '(') depth++;
    if (token.text === ')' && --depth < 0) throw new BuiltinError('template: unexpected right paren');
    tokens.push(token);
    at += token.text.length;
  }
}

function next(template: string, at: number): Token {
  if (at >= template.length) throw new BuiltinError('template: unclosed action');
  const first = template[at] ?? '';
  if (/[0-9+-]/.test(first) || /^\.[0-9]/.test(template.slice(at, at + 2))) return number(template, at);
  for (const [kind, pattern] of PATTERNS) {
    const text = match(pattern, template, at);
    if (text === undefined) continue;
    const named = kind === 'word' || kind === 'field' || kind === 'variable';
    if (named && match(TERMINATOR, template, at + text.length) === undefined) throw badCharacter(template, at + text.length);
    return { kind, text };
  }
  if (first !== '.') throw badCharacter(template, at);
  if (match(TERMINATOR, template, at + 1) === undefined) throw badCharacter(template, at + 1);
  return { kind: 'dot', text: '.' };
}

function number(template: string, at: number): Token {
  const text = match(NUMBER, template, at) ?? '';
  if (/[\p{L}\p{Nd}_]/u.test(template[at + text.length] ?? '')) throw new BuiltinError(`template: bad number syntax: "${text}"`);
  return { kind: 'number', text };
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function badCharacter(template: string, at: number): BuiltinError {
  return new BuiltinError(`template: unexpected ${JSON.stringify(template[at] ?? 'EOF')} in action`);
}
