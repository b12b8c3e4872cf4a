import { readCarried } from './carried.js';
import { noteCode } from './code.js';
import type { Substitution } from './expand.js';
import type { FactSheet } from './fact-sheet.js';
import type { CommandFact, FlowFact } from './facts.js';
import { touchedBy } from './files.js';
import { noteManifest } from './manifest.js';
import { parseOptions, wrapped } from './options.js';
import type { Parsed } from './options.js';
import { cleanPath, normalPath } from './paths.js';
import { printed } from './printed.js';
import { INTERPRETERS, SENT_VALUES, VERB_WRAPPERS } from './programs.js';
import { MAX_ARGV } from './reader.js';
import type { Invocation, Reader } from './reader.js';
import { roleOf } from './role.js';
import type { Role } from './role.js';
import { joined, MAX_ORIGINS, NOTHING, scopeWith } from './scope.js';
import type { Output, Scope } from './scope.js';
import { noteSql } from './sql.js';

/** Words of one command that are kept, and the longest word. */
const MAX_OPERANDS = 256;
const MAX_WORD = 256;
/** Words into which xargs puts its input that are looked at. */
const MAX_PLACED = 8;

const ASSIGNMENT = /^[A-Za-z_]\w*=/;

export function runArgv(given: Invocation, reader: Reader): Output {
  const isLonger = given.words.length >= MAX_ARGV;
  const invocation = isLonger ? { ...given, words: given.words.slice(0, MAX_ARGV - 1) } : given;
  if (isLonger) reader.sheet.cut();
  const { words, scope, input } = invocation;
  const name = nameOf(invocation.first);
  const role = roleOf(name);
  if (role.carries) readCarried(name, invocation, through, reader);
  const started = role.wrapper === undefined && !role.hasVerbs ? undefined : startedBy(name, role, words, input);
  if (started !== undefined) {
    // What surrounds a command in a container is a matter of its own.
    if (VERB_WRAPPERS.has(`${name} ${words[0] ?? ''}`)) command(name, role, { ...invocation, input: undefined }, reader);
    const inner = through(scope, name);
    const [first, ...rest] = started.argv;
    if (first === undefined || !reader.sheet.takesStep()) return command(name, role, invocation, reader);
    if (started.asText) return reader.program(started.argv.join(' '), inner, undefined);
    const substitutions = started.into === undefined ? invocation.substitutions : [...invocation.substitutions, ...started.into];
    return runArgv({ first, words: rest, scope: inner, input: started.keepsInput ? input : undefined, substitutions }, reader);
  }
  if (role.isShell) return shell(name, words, invocation, reader);
  const code = role.runs ? programOf(name, words) : undefined;
  if (code !== undefined) return runs(name, code, invocation, reader);
  if ((name === 'source' || name === '.') && takesOutput(invocation)) noteRun(name, invocation, reader);
  if (name === 'find' || name === 'fd') findRuns(words, invocation, reader);
  if (role.interpreter !== undefined) interpreter(name, role.interpreter, words, invocation, reader);
  return command(name, role, invocation, reader);
}

/** What another program prints stands among its words as a file. */
function takesOutput({ substitutions }: Invocation): boolean {
  return substitutions.some(({ kind }) => kind === 'process');
}

/** The program text that it is given in its words. */
function programOf(name: string, words: readonly string[]): string | undefined {
  if (name === 'eval') return words.join(' ');
  if (name === 'trap') return words[0];
  return name === 'su' || name === 'script' ? parseOptions(words, PROGRAM_OPTIONS).values.get('c')?.[0] : undefined;
}

const PROGRAM_OPTIONS: ReadonlySet<string> = new Set(['c', 'command']);

/** The name of a program without its folder; what a pattern or an alias guard hides is undone. */
function nameOf(word: string): string {
  const path = normalPath(word);
  const slash = path.lastIndexOf('/');
  const base = slash < 0 ? path : path.slice(slash + 1);
  const name = base.length > 4 && base.charAt(base.length - 4) === '.' && /\.exe$/i.test(base) ? base.slice(0, -4) : base;
  return cut(name);
}

interface Started {
  readonly argv: readonly string[];
  readonly keepsInput: boolean;
  /** It goes to another shell, which reads it anew. */
  readonly asText?: boolean;
  /** What it was given as its input became parts of these words. */
  readonly into?: readonly Substitution[];
}

function startedBy(name: string, { hasVerbs, wrapper }: Role, words: readonly string[], input: Output | undefined): Started | undefined {
  const [verb = ''] = words;
  const behindVerb = hasVerbs ? VERB_WRAPPERS.get(`${name} ${verb}`) : undefined;
  if (behindVerb !== undefined) return { argv: wrapped(words.slice(1), behindVerb.valued, behindVerb.skips), keepsInput: true };
  if (wrapper === undefined) return undefined;
  if (name === 'env') {
    const split = parseOptions(words, new Set(['S', 'split-string', 'u', 'C'])).values.get('S')?.[0];
    if (split !== undefined) return { argv: [split], keepsInput: true, asText: true };
  }
  const inner = wrapped(words, wrapper.valued, wrapper.skips);
  const start = inner.findIndex((word) => !ASSIGNMENT.test(word));
  const argv = start < 0 ? [] : inner.slice(start);
  if (name === 'ssh' || name === 'watch') return { argv, keepsInput: false, asText: true };
  if (name === 'xargs' || name === 'parallel') {
    const given = input?.text?.split(/\s+/).filter((word) => word !== '') ?? [];
    const inside = roleOf(nameOf(argv[0] ?? ''));
    const into = input === undefined || !inside.sends ? undefined : placed(words.slice(0, -argv.length), argv, inside, input);
    return {
      argv: argv.length === 0 ? [] : [...argv, ...given.slice(0, MAX_OPERANDS)],
      keepsInput: false,
      ...(into === undefined ? {} : { into }),
    };
  }
  return { argv, keepsInput: true };
}

const REPLACES: ReadonlySet<string> = new Set(['I', 'replace', ...['n', 'P', 'L', 'd', 'E', 's', 'a']]);

/** Words of a program that sends into which xargs puts its input: all that it is told to send, or a part of an address. An address by itself is asked. */
function placed(options: readonly string[], argv: readonly string[], { valued }: Role, output: Output): readonly Substitution[] {
  const { values } = parseOptions(options, REPLACES);
  const sign = values.get('I')?.[0] ?? values.get('replace')?.[0] ?? '{}';
  const inner = parseOptions(argv.slice(1), valued);
  const data = [...SENT_VALUES].flatMap((option) => inner.values.get(option) ?? []);
  return [...data, ...inner.operands.filter((word) => word !== sign)]
    .filter((word) => word.includes(sign))
    .slice(0, MAX_PLACED)
    .map((field) => ({ kind: 'command', output, field, isWhole: field === sign }));
}

/** What a command starts is started through it. */
function through(scope: Scope, name: string): Scope {
  return scope.via.length < 8 ? scopeWith(scope, { via: [...scope.via, name] }) : scope;
}

/** A shell takes a program from `-c`, from a file, or from its input. */
function shell(name: string, words: readonly string[], invocation: Invocation, reader: Reader): Output {
  const { input } = invocation;
  const at = words.findIndex((word) => /^-[a-z]*c[a-z]*$/.test(word));
  if (at >= 0) return runs(name, words[at + 1] ?? '', invocation, reader);
  const { operands } = parseOptions(words, new Set(['o', 'O', 'rcfile', 'init-file']));
  const readsInput =
    operands.length === 0 || words.some((word) => /^-[a-z]*s/.test(word)) || /^(?:-|\/dev\/stdin)$/.test(operands[0] ?? '');
  if (readsInput && input !== undefined) {
    noteProgram(name, input, invocation, reader);
    if (input.text !== undefined) return runs(name, input.text, { ...invocation, substitutions: [] }, reader);
  }
  if (takesOutput(invocation)) noteRun(name, invocation, reader);
  return command(name, roleOf(name), invocation, reader);
}

/** A program text that a shell is given. What was substituted into it is run, too. */
function runs(name: string, code: string, invocation: Invocation, reader: Reader): Output {
  const { scope, input, substitutions } = invocation;
  if (substitutions.length > 0) noteRun(name, invocation, reader);
  const output = reader.program(code, scopeWith(through(scope, name), { variables: new Map(scope.variables) }), input);
  command(name, roleOf(name), { ...invocation, first: name, words: [] }, reader);
  return output;
}

function noteRun(name: string, invocation: Invocation, reader: Reader): void {
  noteProgram(name, joined(invocation.substitutions.map(({ output }) => output)), invocation, reader);
}

function noteProgram(name: string, { names, reads }: Output, { scope }: Invocation, { sheet }: Reader): void {
  sheet.flow({ kind: 'runs', from: names, reads, into: name, sure: scope.sure });
}

const PYTHON_VALUED: ReadonlySet<string> = new Set([...(INTERPRETERS.get('python')?.code ?? []), 'm', 'W']);

function interpreter(
  name: string,
  { language, code }: { readonly language: string; readonly code: ReadonlySet<string> },
  words: readonly string[],
  invocation: Invocation,
  reader: Reader,
): void {
  const { input, scope, substitutions } = invocation;
  const { operands, values, flags } = parseOptions(words, language === 'python' ? PYTHON_VALUED : code);
  const inner = through(scope, name);
  const given = [...code].flatMap((option) => values.get(option) ?? []);
  if (language === 'awk') given.push(operands[0] ?? '');
  if (language === 'powershell' && given.length > 0) {
    given.splice(0, given.length, words.slice(words.findIndex((word) => code.has(word.replace(/^-/, ''))) + 1).join(' '));
  }
  for (const text of given) noteCode(text, language, inner, reader);
  if (given.length > 0) {
    if (substitutions.length > 0) noteRun(name, invocation, reader);
    return;
  }
  if (language === 'awk' || flags.includes('m')) return;
  if (takesOutput(invocation)) noteRun(name, invocation, reader);
  if (input === undefined || (operands.length > 0 && operands[0] !== '-' && operands[0] !== '/dev/stdin')) return;
  noteProgram(name, input, invocation, reader);
  if (input.text !== undefined) noteCode(input.text, language, inner, reader);
}

/** `find ... -exec command {} ;` */
function findRuns(words: readonly string[], { scope }: Invocation, reader: Reader): void {
  const start = words.findIndex((word) => /^-(?:exec|execdir|ok|okdir|x)$/.test(word));
  if (start < 0 || !reader.sheet.takesStep()) return;
  const end = words.findIndex((word, index) => index > start && (word === ';' || word === '+'));
  // Of a folder of one's own, what has to have a name is not the folder itself, but something of that name in it.
  const named = words.findIndex((word, index) => index < start && /^-i?(?:name|path)$/.test(word));
  const suffix = named < 0 ? '' : `/${words[named + 1] ?? ''}`;
  const places = words
    .slice(0, start)
    .filter((word) => /^[~/.$]/.test(word))
    .map((word) => (word.startsWith('.') ? `${word}${suffix}` : word));
  const inner = words.slice(start + 1, end < 0 ? undefined : end).flatMap((word) => (word === '{}' ? places.slice(0, 1) : [word]));
  if (inner.length > 0) reader.argv(inner, through(scope, 'find'), undefined);
}

/** Notes the command itself, and what it does to files. */
function command(name: string, role: Role, invocation: Invocation, { sheet }: Reader): Output {
  const { words, scope, input, substitutions } = invocation;
  const parsed = parseOptions(words, role.valued);
  const { reads } = touchedBy(name, role, parsed, scope, sheet);
  if (role.sql !== undefined) noteSqlOf(name, role.sql, parsed, invocation, sheet);
  if (role.isClusterClient) noteManifest(parsed, invocation, sheet);
  if (parsed.operands.length > MAX_OPERANDS) sheet.cut();
  if (sheet.takesCommand(invocation)) sheet.command(factOf(name, parsed, invocation));
  const before = joinedInputs(input, substitutions);
  const all = before.reads.length === 0 ? reads : reads.length === 0 ? before.reads : [...new Set([...before.reads, ...reads])];
  // What a program does with its own files is told by its name, but for those that send them.
  if (before.names.length > 0 || (all.length > 0 && role.sends)) {
    const flow: FlowFact = { kind: 'gets', from: before.names, reads: all, into: name, sure: scope.sure };
    sheet.flow(substitutions.length === 0 ? flow : { ...flow, ...substitutedInto(parsed, invocation) });
  }
  return {
    names: before.names.length === 0 ? [name] : [name].concat(atMost(before.names, MAX_ORIGINS - 1)),
    reads: atMost(all, MAX_ORIGINS),
    text: printed(name, words, parsed, input),
  };
}

function factOf(name: string, { operands, flags }: Parsed, { first, words, scope: { via, sure } }: Invocation): CommandFact {
  const line = words.length === 0 ? first : `${first} ${words.join(' ')}`;
  return {
    name,
    operands: atMost(operands, MAX_OPERANDS).map(plainOperand),
    flags: atMost(flags, MAX_OPERANDS).map((flag) => cut(flag)),
    via,
    sure,
    text: cut(line),
  };
}

function plainOperand(word: string): string {
  if (word.length > MAX_WORD || /[\s;]/.test(word)) return cut(word);
  return word.endsWith('/*') ? cleanPath(word) : normalPath(word);
}

function cut(text: string): string {
  return text.length <= MAX_WORD ? text : text.slice(0, MAX_WORD);
}

function atMost(words: readonly string[], count: number): readonly string[] {
  return words.length <= count ? words : words.slice(0, count);
}

const ADDRESS = /^[a-z]+:\/\/|\.[a-z]{2,}$/i;

/** What ran to make words of a command: what is all of the data that is sent is as good as piped into it. */
function substitutedInto({ values, operands }: Parsed, { input, substitutions }: Invocation): Pick<FlowFact, 'substituted' | 'sends'> {
  const data = values.size === 0 ? [] : [...SENT_VALUES].flatMap((option) => values.get(option) ?? []);
  const others = substitutions.filter(({ isWhole, field = '' }) => isWhole !== true || !data.includes(field));
  const sent = others.filter(({ field = '' }) => data.includes(field) || (operands.includes(field) && ADDRESS.test(field)));
  const namesOf = (given: readonly Substitution[]): readonly string[] =>
    joined(given.map(({ output }) => output)).names.filter((name) => input?.names.includes(name) !== true);
  const [substituted, sends] = [namesOf(others), namesOf(sent)];
  return { ...(substituted.length === 0 ? {} : { substituted }), ...(sends.length === 0 ? {} : { sends }) };
}

function joinedInputs(input: Output | undefined, substitutions: readonly Substitution[]): Output {
  if (substitutions.length === 0) return input ?? NOTHING;
  return joined([...(input === undefined ? [] : [input]), ...substitutions.map(({ output }) => output)]);
}

function noteSqlOf(
  name: string,
  options: ReadonlySet<string>,
  { values, operands }: Parsed,
  { input, scope }: Invocation,
  sheet: FactSheet,
): void {
  if (values.size > 0) for (const option of options) for (const text of values.get(option) ?? []) noteSql(text, scope.sure, sheet);
  if (name === 'sqlite3' || name === 'duckdb') for (const text of operands.slice(1)) noteSql(text, scope.sure, sheet);
  if (input?.text !== undefined && input.text !== '') noteSql(input.text, scope.sure, sheet);
}
