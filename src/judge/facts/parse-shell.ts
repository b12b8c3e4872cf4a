import { parse } from 'unbash';
import type { FactSheet } from './fact-sheet.js';

/**
 * Here-documents and substitutions of one text. The parser goes over all here-documents that wait whenever one more is opened, and takes 10 us for
 * each substitution: a mebibyte of either kept a thread for seconds, or for good. Scripts that people or agents write have some dozens.
 */
const MAX_OPENED = 8_192;
const OPENS = /<<|[$<>]\(|`/g;

/** Reads a shell program; behind the bound it is cut, which the sheet says. Never throws. */
export function parseShell(text: string, sheet: Pick<FactSheet, 'cut'>): ReturnType<typeof parse> {
  const end = endOf(text);
  if (end < text.length) sheet.cut();
  return parse(end < text.length ? text.slice(0, end) : text);
}

function endOf(text: string): number {
  let opened = 0;
  for (const { index } of text.matchAll(OPENS)) if (++opened > MAX_OPENED) return index;
  return text.length;
}
