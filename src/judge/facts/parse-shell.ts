import { parse } from 'unbash';
import type { FactSheet } from './fact-sheet.js';

/**
 * Here-documents and substitutions of one text. The parser goes over all here-documents that wait whenever one more is opened, and takes 10 us for
 * each substitution: a mebibyte of either kept a thread for seconds, or for good. Scripts that people or agents write have some dozens.
 */
const MAX_OPENED = 8_192;

/** Commands and lines of one text, 10 us each: a mebibyte of `a|` has half a million, a script of that length some 30,000. */
const MAX_COMMANDS = 65_536;

const MARKS = /<<-?[ \t]*(?:'([^'\n]{1,64})'|"([^"\n]{1,64})"|\\?([\w.-]{1,64}))|<<|[$<>]\(|\$\{|`|[|&;]+|\n/g;

/** Reads a shell program; behind the bounds it is cut, which the sheet says. Never throws. */
export function parseShell(text: string, sheet: Pick<FactSheet, 'cut'>): ReturnType<typeof parse> {
  const end = endOf(text);
  if (end < text.length) sheet.cut();
  return parse(end < text.length ? text.slice(0, end) : text);
}

function endOf(text: string): number {
  // Each mark takes a character.
  if (text.length <= MAX_OPENED) return text.length;
  let opened = 0;
  let commands = 0;
  let body: Body | undefined = NO_BODY;
  for (const { 0: mark, 1: single, 2: double, 3: bare, index } of text.matchAll(MARKS)) {
    const isInside = body !== undefined && index > body.start && index < body.end;
    if (/^(?:[|&;]|\n)/.test(mark)) {
      // What a file is filled with is no command.
      if (!isInside && ++commands > MAX_COMMANDS) return index;
      continue;
    }
    if (++opened > MAX_OPENED) return index;
    const word = single ?? double ?? bare;
    if (word !== undefined && !isInside && body !== undefined) body = bodyOf(text, index, word);
  }
  return text.length;
}

interface Body {
  readonly start: number;
  readonly end: number;
}

const NO_BODY: Body = { start: 0, end: 0 };

/** The lines of a here-document. Undefined when it does not end: no further one is looked for then, since each would go over the whole text. */
function bodyOf(text: string, from: number, word: string): Body | undefined {
  const start = text.indexOf('\n', from);
  const end = start < 0 ? -1 : text.indexOf(`\n${word}`, start);
  return end < 0 ? undefined : { start, end };
}
