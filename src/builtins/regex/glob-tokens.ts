import type { Step } from '../../value/step.js';
import { BuiltinError } from '../builtin.js';
import { tooLarge } from '../text-limit.js';

/** Repetition of a token: once, one or more, any number. */
export type Repeat = '' | '+' | '*';

/** One place of a glob: any character (undefined) or one of a set. */
export interface GlobToken {
  readonly characters: ReadonlySet<number> | undefined;
  /** A lone character and a set of one match alike but are never merged. */
  readonly kind: 'character' | 'dot' | 'set';
  readonly repeat: Repeat;
}

/** Characters that the ranges of one glob may name. */
const MAX_CHARACTERS = 200_000;

interface Cursor {
  readonly input: readonly string[];
  readonly step: Step;
  at: number;
}

interface Unit {
  readonly character: string;
  readonly escaped: boolean;
}

/** Reads the small pattern language of `regex.globs_match`: `.`, `[a-z]`, `+`, `*` and backslash. */
export function globTokens(glob: string, step: Step): readonly GlobToken[] {
  const cursor: Cursor = { input: Array.from(glob), step, at: 0 };
  const tokens: GlobToken[] = [];
  for (let unit = next(cursor); unit !== undefined; unit = next(cursor)) tokens.push(token(unit, cursor));
  return merged(tokens, step);
}

function next(cursor: Cursor): Unit | undefined {
  const character = cursor.input[cursor.at];
  if (character === undefined) return undefined;
  if (character !== '\\') {
    cursor.at++;
    return { character, escaped: false };
  }
  const escaped = cursor.input[cursor.at + 1];
  if (escaped === undefined) return refuse(cursor, 'input ends with a \\ (escape) character');
  cursor.at += 2;
  return { character: escaped, escaped: true };
}

function token(unit: Unit, cursor: Cursor): GlobToken {
  if (unit.escaped) return literal(unit.character, cursor);
  switch (unit.character) {
    case '.':
      return { characters: undefined, kind: 'dot', repeat: repeat(cursor) };
    case '[': {
      const characters = set(cursor);
      return { characters, kind: 'set', repeat: repeat(cursor) };
    }
    case ']':
      return refuse(cursor, "set-close ']' with no preceding '['");
    case '+':
    case '*':
      return refuse(cursor, `flag '${unit.character}' must be preceded by a non-flag`);
    default:
      return literal(unit.character, cursor);
  }
}

function literal(character: string, cursor: Cursor): GlobToken {
  return { characters: new Set([codePoint(character)]), kind: 'character', repeat: repeat(cursor) };
}

function repeat(cursor: Cursor): Repeat {
  const character = cursor.input[cursor.at];
  if (character !== '+' && character !== '*') return checkedNone(cursor);
  cursor.at++;
  return character;
}

/** A backslash that ends the glob is refused already here. */
function checkedNone(cursor: Cursor): Repeat {
  if (cursor.input[cursor.at] === '\\' && cursor.at === cursor.input.length - 1)
    return refuse(cursor, 'input ends with a \\ (escape) character');
  return '';
}

function set(cursor: Cursor): ReadonlySet<number> {
  const characters = new Set<number>();
  let previous: number | undefined;
  for (let unit = next(cursor); unit !== undefined; unit = next(cursor)) {
    if (!unit.escaped && unit.character === ']') return characters;
    if (!unit.escaped && unit.character === '-') {
      addRange(characters, previous, cursor);
      previous = undefined;
    } else {
      previous = codePoint(unit.character);
      characters.add(previous);
    }
  }
  return refuse(cursor, 'found [ without matching ]');
}

function addRange(characters: Set<number>, from: number | undefined, cursor: Cursor): void {
  if (from === undefined) refuse(cursor, "range character '-' must be preceded by a Unicode character");
  if (cursor.at >= cursor.input.length - 1) refuse(cursor, "range character '-' must be followed by a Unicode character");
  const unit = next(cursor);
  if (unit === undefined || (!unit.escaped && (unit.character === ']' || unit.character === '-'))) {
    return refuse(cursor, "range character '-' cannot be followed by a special symbol");
  }
  const to = codePoint(unit.character);
  if (to < from) refuse(cursor, 'range is out of order');
  if (to - from > MAX_CHARACTERS - characters.size) throw tooLarge(`A range names more than ${MAX_CHARACTERS} characters`);
  cursor.step((to - from) >> 3);
  for (let code = from; code <= to; code++) characters.add(code);
}

/** `a*a+` is `a+`: neighbours with the same content and a repetition each are one token. */
function merged(tokens: readonly GlobToken[], step: Step): readonly GlobToken[] {
  const simple: GlobToken[] = [];
  for (const token of tokens) {
    step(1 + ((token.characters?.size ?? 0) >> 3));
    const last = simple.at(-1);
    if (last === undefined || last.repeat === '' || token.repeat === '' || !sameContent(last, token)) simple.push(token);
    else if (token.repeat === '+') simple[simple.length - 1] = { ...last, repeat: '+' };
  }
  return simple;
}

function sameContent(a: GlobToken, b: GlobToken): boolean {
  if (a.kind !== b.kind || a.characters?.size !== b.characters?.size) return false;
  const other = b.characters;
  return a.characters === undefined || other === undefined || [...a.characters].every((character) => other.has(character));
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function refuse(cursor: Cursor, reason: string): never {
  throw new BuiltinError(`input:${cursor.input.join('')}, pos:${cursor.at}, ${reason}: the input provided is invalid`);
}
