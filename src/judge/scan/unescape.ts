import type { Folded } from './fold.js';

const NAMED: ReadonlyMap<string, string> = new Map([
  ...[
    ['amp', '&'],
    ['lt', '<'],
    ['gt', '>'],
    ['quot', '"'],
    ['apos', "'"],
    ['nbsp', ' '],
    ['shy', ''],
    ['zwj', ''],
    ['zwnj', ''],
  ],
  ...[
    ['colon', ':'],
    ['period', '.'],
    ['comma', ','],
    ['excl', '!'],
    ['sol', '/'],
    ['lowbar', '_'],
    ['hyphen', '-'],
    ['Tab', ' '],
    ['NewLine', '\n'],
  ],
] as [string, string][]);

const ESCAPED = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));?|(?:%[0-9a-fA-F]{2})+|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})/g;

/** HTML entities, percent-encoding and escapes of programs undone, once. Undefined when there are none. */
export function unescapeText(text: string): Folded | undefined {
  return rewritten(text, ESCAPED, (all, [decimal, hex, name, unicode, byte]) => {
    if (all.startsWith('%')) return percent(all);
    if (name !== undefined) return NAMED.get(name);
    const digits = hex ?? unicode ?? byte;
    const code = digits === undefined ? Number(decimal) : parseInt(digits, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
  });
}

function percent(run: string): string | undefined {
  try {
    return decodeURIComponent(run);
  } catch {
    return undefined;
  }
}

const SPACED = /(?<![A-Za-z0-9])(?:[A-Za-z0-9](?: {1,3}|[._*-])){3,}[A-Za-z0-9](?![A-Za-z0-9])|(?<!\S)((?:[!-~] {1,3}){3,}[!-~])(?!\S)/g;

/** What stands in all of them: most texts hold none, and to look behind each place takes five times as long. */
const APART = /[!-~](?:[ ._*-] {0,2}[!-~]){3}/;

/** Words and commands whose letters stand apart, `i g n o r e`, put together. More than one space is a space. Undefined when there are none. */
export function closeUp(text: string): Folded | undefined {
  if (!APART.test(text)) return undefined;
  return rewritten(text, SPACED, (all, [symbols]) => {
    const joined = all
      .replace(/ {2,}/g, '\0')
      .replace(symbols === undefined ? /[ ._*-]/g : / /g, '')
      .replaceAll('\0', ' ');
    return joined.length >= MIN_RUN && /^[a-z]+$/i.test(joined) ? (wordsOf(joined) ?? joined) : joined;
  });
}

/** Letters of one word are no sentence. */
const MIN_RUN = 12;

/** Words that instructions to a model are made of, longer ones before those that they begin with. */
const WORD =
  /(?:ignor|disregard|forget|overrid|bypass|reveal|show|print|send|delet|execut|run|follow|obey)(?:ing|ten|e)?|everything|every|all|any|the|your|you|my|me|of|to|and|previous|prior|above|earlier|preceding|former|instructions?|rules?|prompts?|guidelines?|directions?|commands?|messages?|system|safety|secrets?|keys?|passwords?|hidden|now|are|as|act|no|restrictions?|limits?/gi;

/** A run of letters without gaps between its words, parted; undefined unless all of it is made of known ones. */
function wordsOf(run: string): string | undefined {
  const words = run.match(WORD) ?? [];
  return words.join('').length === run.length ? words.join(' ') : undefined;
}

type Rewrite = (all: string, groups: readonly (string | undefined)[]) => string | undefined;

/** The text with each match replaced, and where its units come from; undefined when nothing would change. */
function rewritten(text: string, expression: RegExp, rewrite: Rewrite): Folded | undefined {
  const parts: string[] = [];
  const runs: Run[] = [];
  let last = 0;
  let length = 0;
  for (const match of text.matchAll(expression)) {
    const [all, ...groups] = match;
    const instead = rewrite(all, groups);
    if (instead === undefined || instead === all) continue;
    const { index } = match;
    parts.push(text.slice(last, index), instead);
    length += index - last;
    runs.push({ at: length, from: index, to: index + all.length, length: instead.length });
    length += instead.length;
    last = index + all.length;
  }
  if (runs.length === 0) return undefined;
  parts.push(text.slice(last));
  return { text: parts.join(''), origin: originOf(runs, length + text.length - last, text.length) };
}

/** A stretch that was replaced: where it stands now, and where it stood. */
interface Run {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

function originOf(runs: readonly Run[], length: number, end: number): Uint32Array {
  const origin = new Uint32Array(length + 1);
  let unit = 0;
  let source = 0;
  for (const { at, from, to, length: replaced } of runs) {
    while (unit < at) origin[unit++] = source++;
    while (unit < at + replaced) origin[unit++] = from;
    source = to;
  }
  while (unit < length) origin[unit++] = source++;
  origin[length] = end;
  return origin;
}
