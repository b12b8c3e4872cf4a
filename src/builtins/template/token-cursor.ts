import { BuiltinError } from '../builtin.js';
import type { Token, TokenKind } from './tokens.js';

/** A place in the tokens of a template. "Solid" steps over blanks. */
export class TokenCursor {
  at = 0;
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The token that was read last. */
  previous(): Token | undefined {
    return this.#tokens[this.at - 1];
  }

  startsWith(word: string): boolean {
    if (this.peek().kind !== 'open') return false;
    const next = this.#tokens[this.at + 1];
    // A run of blanks is one token.
    return (next?.kind === 'space' ? this.#tokens[this.at + 2] : next)?.text === word;
  }

  skip(solid: number): void {
    for (let count = 0; count < solid; count++) this.nextSolid();
  }

  close(): void {
    this.expect('close');
  }

  expect(kind: TokenKind): Token {
    const token = this.nextSolid();
    if (token.kind !== kind) throw unexpected(token.text);
    return token;
  }

  peek(): Token {
    return this.#tokens[this.at] ?? { kind: 'end', text: 'EOF' };
  }

  next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  peekSolid(): Token {
    while (this.peek().kind === 'space') this.at++;
    return this.peek();
  }

  nextSolid(): Token {
    this.peekSolid();
    return this.next();
  }
}

export function unexpected(text: string): BuiltinError {
  return new BuiltinError(`template: unexpected ${text}`);
}
