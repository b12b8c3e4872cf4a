import type { FactSheet } from './fact-sheet.js';
import type { Parsed } from './options.js';
import { hostOf, isPath, normalPath } from './paths.js';
import { COPIERS, FILE_DATABASES, PATTERN_FIRST, READERS, WRITERS } from './programs.js';
import type { Scope } from './scope.js';

/** Files that one command touches. */
export interface Touched {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** Programs that take a host as a plain word. */
export const DIALS: ReadonlySet<string> = new Set(['nc', 'ncat', 'netcat', 'telnet', 'socat', 'ping', 'nslookup', 'dig', 'host']);

/** `host:path`, as programs that copy between machines take it. */
function remoteHost(name: string, word: string): string | undefined {
  return name === 'scp' || name === 'rsync' ? /^(?:[^@\s/]*@)?([\w.-]+):/.exec(word)?.[1] : undefined;
}

const NO_WORDS: readonly string[] = [];

const UPLOADS = ['d', 'data', 'data-binary', 'data-raw', 'data-urlencode', 'data-ascii', 'F', 'form', 'post-file', 'body-file'];
const SENDS_FILE = ['T', 'upload-file', 'post-file', 'body-file', 'K', 'config', 'i', 'input-file'];
const OUTPUTS = ['o', 'output', 'O', 'output-document'];
const TARGETS = ['t', 'target-directory'];
const ARCHIVES = ['f', 'file'];
const INPUTS = ['in', 'f', 'file'];
const WRITTEN = ['out'];

/** Programs whose effects on files are known. */
export const TOUCHES: ReadonlySet<string> = new Set([
  ...['dd', 'curl', 'wget', 'crontab', 'tar'],
  ...[WRITERS, COPIERS, FILE_DATABASES, READERS].flatMap((names) => [...names]),
]);

interface Does {
  readonly touches: boolean;
  readonly dials: boolean;
}

const UNTOUCHED: Touched = { reads: NO_WORDS, writes: NO_WORDS };

/** What a command does to files, by its name and its words, and the machines that it names. */
export function touchedBy(name: string, { touches, dials }: Does, parsed: Parsed, scope: Scope, sheet: FactSheet): Touched {
  const all = touches ? effects(name, parsed) : UNTOUCHED;
  for (const word of parsed.operands) noteHost(name, word, sheet);
  if (parsed.values.size > 0) for (const values of parsed.values.values()) for (const word of values) noteHost(name, word, sheet);
  if (name === 'curl' || name === 'wget') {
    // An address without its scheme.
    for (const word of parsed.operands.slice(0, 4)) {
      const host = word.includes('://') ? undefined : hostOf(`http://${word}`);
      if (host?.includes('.') === true) sheet.host({ host, by: name });
    }
  }
  if (dials) {
    for (const host of parsed.operands.filter((word) => /\.|^localhost$/.test(word)).slice(0, 4)) sheet.host({ host, by: name });
  }
  return note(name, all, scope, sheet);
}

function noteHost(name: string, word: string, sheet: FactSheet): void {
  if (!word.includes(':') && !word.startsWith('/dev/')) return;
  const host = hostOf(word) ?? remoteHost(name, word);
  if (host !== undefined) sheet.host({ host, by: name });
}

/** Writes the files down, normalised. */
export function note(by: string, { reads, writes }: Touched, { sure }: Pick<Scope, 'sure'>, sheet: FactSheet): Touched {
  if (reads.length === 0 && writes.length === 0) return UNTOUCHED;
  const touched = { reads: cleaned(reads), writes: cleaned(writes) };
  for (const path of touched.reads) sheet.reads({ path, by, sure });
  for (const path of touched.writes) sheet.writes({ path, by, sure });
  return touched;
}

/** Most are as they should be. */
function cleaned(paths: readonly string[]): readonly string[] {
  return paths.every(isClean) ? paths : paths.filter(isPath).map(normalPath);
}

function isClean(path: string): boolean {
  return isPath(path) && normalPath(path) === path;
}

function valuesOf({ values }: Parsed, names: readonly string[]): readonly string[] {
  return values.size === 0 ? NO_WORDS : names.flatMap((option) => values.get(option) ?? NO_WORDS);
}

function joined(some: readonly string[], more: readonly string[]): readonly string[] {
  return more.length === 0 ? some : [...some, ...more];
}

function effects(name: string, parsed: Parsed): Touched {
  const { flags, operands } = parsed;
  if (name === 'dd') {
    const of = (key: string): string[] => operands.filter((word) => word.startsWith(`${key}=`)).map((word) => word.slice(key.length + 1));
    return { reads: of('if'), writes: of('of') };
  }
  if (name === 'curl' || name === 'wget') {
    const at = valuesOf(parsed, UPLOADS).flatMap((value) => /^(?:[^=@\s]+=)?[@<]([^;]+)/.exec(value)?.[1] ?? []);
    const local = operands.filter((word) => /^file:/i.test(word));
    return { reads: [...at, ...valuesOf(parsed, SENDS_FILE), ...local], writes: valuesOf(parsed, OUTPUTS) };
  }
  if (WRITERS.has(name)) return { reads: NO_WORDS, writes: operands };
  if (COPIERS.has(name)) {
    const into = valuesOf(parsed, TARGETS);
    const [from, to] = into.length > 0 ? [operands, into] : [operands.slice(0, -1), operands.slice(-1)];
    return { reads: from, writes: to };
  }
  if (FILE_DATABASES.has(name)) return { reads: operands.slice(0, 1), writes: [] };
  if (name === 'crontab') return { reads: [], writes: operands.length > 0 || flags.length === 0 ? ['/var/spool/cron'] : [] };
  if (name === 'tar') {
    const archive = valuesOf(parsed, ARCHIVES);
    const creates = flags.some((flag) => /^(?:[a-z]*c[a-z]*|create)$/.test(flag)) || /^-?[a-z]*c/.test(operands[0] ?? '');
    return creates ? { reads: operands, writes: archive } : { reads: archive, writes: [] };
  }
  if (!READERS.has(name)) return UNTOUCHED;
  const given = flags.some((flag) => flag === 'e' || flag === 'f' || flag === 'regexp' || flag === 'file' || flag === 'expression');
  const files = PATTERN_FIRST.has(name) && !given ? operands.slice(1) : operands;
  const isInPlace = name === 'sed' && flags.some((flag) => flag === 'i' || flag === 'in-place');
  return { reads: joined(files, valuesOf(parsed, INPUTS)), writes: isInPlace ? files : valuesOf(parsed, WRITTEN) };
}
