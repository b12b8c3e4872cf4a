import { expand as expandBraces } from 'brace-expansion';
import type {
  Command,
  CommandExpansionPart,
  DoubleQuotedChild,
  ParameterExpansionPart,
  ProcessSubstitutionPart,
  Word,
  WordPart,
} from 'unbash';
import type { Output, Scope } from './scope.js';
import { MAX_TEXT, valueOf } from './scope.js';

/** Fields that braces may grow to, and the longest text with braces that is expanded. */
const MAX_FIELDS = 64;
const MAX_BRACES = 4_096;
/** Braces inside braces and beside each other in one text: what they make of each other is tried by the expansion again at every level. */
const MAX_OPENED = 16;
/** Parts of one word: what people write has a dozen. */
const MAX_PARTS = 1_024;

/** What stands inside a word and runs by itself: `$(...)`, `<(...)`. */
export interface Substitution {
  readonly kind: 'command' | 'process';
  readonly output: Output;
  /** The first field of the word that it stands in. */
  readonly field?: string;
  /** The word is what it printed, and nothing besides. */
  readonly isWhole?: boolean;
}

/** A word as the shell hands it on: any number of fields, and what ran to get them. */
export interface Expanded {
  readonly fields: readonly string[];
  readonly substitutions: readonly Substitution[];
  /** There is more to it than is told. */
  readonly cut?: boolean;
}

/** The file that stands for what a `<(...)` prints. */
export const PRINTED_FILE = '/dev/fd/63';

/** How a program inside a word is run. */
export type RunScript = (part: CommandExpansionPart | ProcessSubstitutionPart, scope: Scope) => Output;

/** What only the run can tell. */
const UNTOLD = '$_';

interface Piece {
  readonly text: string;
  /** Spaces in it part fields. */
  readonly splits: boolean;
  /** Alternatives, for braces; undefined where there are too many braces to tell. */
  readonly braces?: { readonly options: readonly string[] | undefined; readonly isList: boolean };
}

/**
 * What a word means that stands for itself, without quotes around it as a whole; undefined of one that has to be taken apart, for which the parser
 * starts anew, with as many objects as a short command has.
 */
export function plainValue(word: Word): string | undefined {
  const { text } = word;
  const last = text.length - 1;
  if (!means(text, 0, last, ANYWHERE)) return text;
  const quote = text.charCodeAt(0);
  if ((quote === DOUBLE || quote === SINGLE) && last > 0 && text.charCodeAt(last) === quote) {
    if (!means(text, 1, last - 1, quote === DOUBLE ? IN_DOUBLE : IN_SINGLE)) return text.slice(1, last);
  }
  return word.parts === undefined ? word.value : undefined;
}

/** Words that stand for themselves, as most do; undefined when one of them does not. */
export function plainWords(args: Command['args']): readonly string[] | undefined {
  const words = args.map((word) => (word.type === 'Word' ? plainValue(word) : undefined));
  return words.every((word) => word !== undefined) ? words : undefined;
}

const DOUBLE = 0x22;
const SINGLE = 0x27;

/** Where a character may mean something else than itself: the parser knows what. */
const ANYWHERE = 1;
const IN_DOUBLE = 2;
const IN_SINGLE = 4;
const MEANING = new Uint8Array(128);
for (const [signs, where] of [
  ['|&;()<> \t\n*?[{', ANYWHERE],
  ['$`\\"', ANYWHERE | IN_DOUBLE],
  ["'", ANYWHERE | IN_SINGLE],
] as const) {
  for (const sign of signs) MEANING[sign.charCodeAt(0)] = where;
}

/** Whether there is such a character from the one place to the other. Unit by unit: words are too short for an expression to be worth its start. */
function means(text: string, first: number, last: number, where: number): boolean {
  for (let at = first; at <= last; at++) if (((MEANING[text.charCodeAt(at)] ?? 0) & where) !== 0) return true;
  return false;
}

export function expandWord(word: Word, scope: Scope, run: RunScript): Expanded {
  const plain = plainValue(word);
  if (plain !== undefined) return { fields: [plain], substitutions: NO_SUBSTITUTIONS };
  const { parts = [] } = word;
  const expanded = expandedParts(parts, scope, run);
  const kept = keptOf(parts, scope);
  const [field = ''] = expanded.fields;
  if (kept !== undefined) return { ...expanded, substitutions: [{ kind: 'command', output: kept, field, isWhole: true }] };
  if (expanded.substitutions.length === 0) return expanded;
  const isWhole = onlyPart(parts)?.type === 'CommandExpansion';
  return { ...expanded, substitutions: expanded.substitutions.map((substitution) => ({ ...substitution, field, isWhole })) };
}

/** The one part that a word is made of, with or without quotes. */
function onlyPart(parts: readonly (WordPart | DoubleQuotedChild)[]): WordPart | DoubleQuotedChild | undefined {
  const [only, ...more] = parts;
  if (more.length > 0) return undefined;
  return only?.type === 'DoubleQuoted' ? onlyPart(only.parts) : only;
}

/** What ran to make the value of the variable that a word is. */
function keptOf(parts: readonly WordPart[], { origins }: Scope): Output | undefined {
  if (origins.size === 0) return undefined;
  const only = onlyPart(parts);
  if (only?.type === 'SimpleExpansion') return origins.get(only.text.slice(1));
  return only?.type === 'ParameterExpansion' && only.operation === undefined ? origins.get(only.parameter) : undefined;
}

function expandedParts(parts: readonly WordPart[], scope: Scope, run: RunScript): Expanded {
  const [only] = parts;
  // A word in quotes as a whole is one field, and so is a pattern of names.
  if (parts.length === 1 && (only?.type === 'SingleQuoted' || only?.type === 'AnsiCQuoted')) {
    return { fields: [only.value], substitutions: NO_SUBSTITUTIONS };
  }
  if (parts.length === 1 && only?.type === 'Glob') return { fields: [only.text], substitutions: NO_SUBSTITUTIONS };
  const substitutions: Substitution[] = [];
  if (parts.length === 1 && only?.type === 'DoubleQuoted')
    return { fields: [textOf(only.parts, scope, run, substitutions)], substitutions };
  // Text by text, what a word of thousands of them means is nothing that a name or a path could be.
  const looked = parts.length <= MAX_PARTS ? parts : parts.slice(0, MAX_PARTS);
  const { fields, cut } = fieldsOf(looked.map((part) => pieceOf(part, scope, run, substitutions)));
  return { fields, substitutions, ...(cut || looked.length < parts.length ? { cut: true } : {}) };
}

export const NO_SUBSTITUTIONS: readonly Substitution[] = [];

/** The word as one text, as an assignment takes it. */
export function expandText(word: Word, scope: Scope, run: RunScript): Expanded {
  const plain = plainValue(word);
  if (plain !== undefined) return { fields: [plain.slice(0, MAX_TEXT)], substitutions: NO_SUBSTITUTIONS };
  const { fields, substitutions } = expandWord(word, scope, run);
  return { fields: [fields.join(' ').slice(0, MAX_TEXT)], substitutions };
}

/** The text of the body of a here-document, variables put in. */
export function expandParts(parts: readonly WordPart[], scope: Scope, run: RunScript): string {
  return textOf(parts, scope, run, []);
}

function textOf(parts: readonly (WordPart | DoubleQuotedChild)[], scope: Scope, run: RunScript, found: Substitution[]): string {
  let text = '';
  for (const part of parts) {
    if (part.type === 'Literal') text += part.value;
    else text += pieceOf(part, scope, run, found).text;
  }
  return text;
}

function pieceOf(part: WordPart | DoubleQuotedChild, scope: Scope, run: RunScript, found: Substitution[]): Piece {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return quiet(part.value);
    case 'DoubleQuoted':
    case 'LocaleString':
      return quiet(textOf(part.parts, scope, run, found));
    case 'SimpleExpansion':
      return { text: valueOf(scope, part.text.slice(1)) ?? part.text, splits: true };
    case 'ParameterExpansion':
      return { text: parameter(part, scope, run, found), splits: true };
    case 'CommandExpansion': {
      const output = run(part, scope);
      found.push({ kind: 'command', output });
      return { text: output.text?.replace(/\n+$/, '') ?? UNTOLD, splits: true };
    }
    case 'ProcessSubstitution':
      found.push({ kind: 'process', output: run(part, scope) });
      return quiet(PRINTED_FILE);
    case 'BraceExpansion':
      return { text: part.text, splits: false, braces: { options: alternatives(part.text), isList: part.text.includes(',') } };
    case 'ArithmeticExpansion':
    case 'Glob':
    case 'ExtendedGlob':
      return quiet(part.text);
  }
}

function quiet(text: string): Piece {
  return { text, splits: false };
}

function alternatives(text: string): readonly string[] | undefined {
  if (text.length > MAX_BRACES || text.split('{', MAX_OPENED + 2).length > MAX_OPENED + 1) return undefined;
  // Alone, `{tmp,}` is one word; behind something it is two, and `/{tmp,}` is the root besides.
  return expandBraces(`_${text}`, { max: MAX_FIELDS + 1 }).map((option) => option.slice(1).replace(/['"\\]/g, ''));
}

function parameter(part: ParameterExpansionPart, scope: Scope, run: RunScript, found: Substitution[]): string {
  const { operation } = part;
  const value = part.prefix === undefined && part.index === undefined ? valueOf(scope, part.parameter) : undefined;
  if (operation === undefined) return value ?? part.text;
  const textOf = (word: Word): string => {
    const { fields, substitutions } = expandText(word, scope, run);
    for (const substitution of substitutions) found.push(substitution);
    return fields.join(' ');
  };
  switch (operation.type) {
    case 'Default':
      if (operation.operator.endsWith('+')) return value === undefined ? '' : textOf(operation.operand);
      return value ?? (operation.operator.endsWith('?') ? part.text : textOf(operation.operand));
    case 'Slice': {
      const [from, length] = [Number(operation.offset.value), Number(operation.length?.value ?? Infinity)];
      if (value === undefined || Number.isNaN(from) || Number.isNaN(length)) return part.text;
      return value.slice(from).slice(0, length);
    }
    case 'Replace':
      return replaced(value, operation.pattern.value, operation.replacement.value) ?? part.text;
    case 'CaseModification':
      return (operation.operator.startsWith('^') ? value?.toUpperCase() : value?.toLowerCase()) ?? part.text;
    case 'Remove':
    case 'Transform':
    case 'Names':
    case 'Unknown':
      return value ?? part.text;
  }
}

/** Longest replacement that is carried out: it may come as often as the text has characters. */
const MAX_REPLACEMENT = 16;

function replaced(value: string | undefined, pattern: string, replacement: string): string | undefined {
  if (pattern === '' || replacement.length > MAX_REPLACEMENT) return value;
  return value?.replaceAll(pattern, () => replacement).slice(0, MAX_TEXT);
}

/**
 * Pieces side by side make fields; braces multiply them, and spaces of what was expanded part them. Of a range that is longer than the bound
 * the rest is more of the same; a list may hold anything where it is cut, which is said.
 */
function fieldsOf(pieces: readonly Piece[]): Pick<Expanded, 'fields'> & { readonly cut: boolean } {
  const done: string[] = [];
  let cut = false;
  // More than one after braces: what follows belongs to each.
  let open = [''];
  let quoted = false;
  for (const { text, splits, braces } of pieces) {
    quoted ||= !splits;
    const options = braces?.options;
    if (braces?.isList === true) cut ||= options === undefined || open.length * options.length > MAX_FIELDS;
    if (options !== undefined && open.length < MAX_FIELDS) {
      open = open.flatMap((start) => options.map((option) => start + option)).slice(0, MAX_FIELDS);
    } else if (splits && /\s/.test(text)) {
      const [first = '', ...rest] = text.split(/\s+/);
      done.push(...open.map((start) => start + first), ...rest.slice(0, -1));
      open = [rest.at(-1) ?? ''];
    } else {
      open = open.map((start) => start + text);
    }
  }
  const fields = [...done, ...open].slice(0, MAX_FIELDS);
  return { fields: quoted && fields.length === 1 ? fields : fields.filter((field) => field !== ''), cut };
}
