import { noteCode } from './code.js';
import { FactSheet } from './fact-sheet.js';
import type { Facts } from './facts.js';
import { note } from './files.js';
import { isKey, kindOf, toolOf } from './kinds-of-text.js';
import type { Tool } from './kinds-of-text.js';
import { noteLeftToRun } from './left-to-run.js';
import { parseShell } from './parse-shell.js';
import { hostOf } from './paths.js';
import { notePowerShell } from './powershell.js';
import { readSplit } from './read-split.js';
import { ShellReader } from './read-shell.js';
import { newScope } from './scope.js';
import { looksLikeSql, noteInjected, noteSql } from './sql.js';

/** Arguments as they were decoded; what came through a thread has lost its class and kept its members. */
export type CallValue =
  | null
  | boolean
  | string
  | { readonly text: string }
  | { readonly members: readonly (readonly [string, CallValue])[] }
  | readonly CallValue[];

export interface ToolCall {
  readonly tool: string;
  readonly args: CallValue;
}

/** Longest text under a name that says nothing which is tried as a command. */
const MAX_UNKNOWN = 8_192;
/** Longest JSON inside a string that is parsed. */
const MAX_JSON = 1 << 20;
const MAX_DEPTH = 64;

const PROGRAM = /^(?:command|cmd|program|executable|binary|exe|file)$/;
const ARGUMENTS = /^(?:args|argv|arguments|params|parameters|cmd_args|command_args)$/;
/** Edits of one call that are looked at. */
const MAX_EDITS = 64;
const NEW_TEXT = /^(?:new_?(?:str|string|text|content)|replacement|replace_with|content|text)$/;
const CONTENT = /^(?:content|contents|text|body|data|new_str(?:ing)?|file_text|new_source|edits|patch|diff)$/;

/** Programs that a text has to begin with to be read as a command where nothing says that it is one. */
const BEGINS =
  /^\s*(?:(?:sudo|env|nohup|exec|time)\s+(?:-\S+\s+)*)*["'\\]*(?:\/\S*\/)?(?:r[\\'"]*m|dd|mkfs\S*|curl|wget|cat|tac|head|tail|less|nc|ncat|netcat|socat|bash|sh|zsh|eval|base64|chmod|chown|tee|cp|mv|scp|rsync|find|xargs|python3?|perl|ruby|node|php|crontab|ssh|kubectl|docker|git|shred|truncate|echo|printf|\$\(|\{rm|iptables|psql|mysql|terraform|aws|gcloud)(?=[\s,$\\'")]|$)/;

/** What a tool call would do. Never throws for what it holds; linear in its length. */
export function readCall({ tool, args }: ToolCall): Facts {
  const reader = new CallReader(tool);
  try {
    reader.value(args, '', 0, false);
  } catch (thrown) {
    // The parser goes as deep as a text does: `f() f() f() ...` has no end that the stack would reach.
    if (!(thrown instanceof RangeError)) throw thrown;
    reader.sheet.cut();
  }
  return reader.sheet.facts;
}

class CallReader {
  readonly sheet = new FactSheet();
  readonly #name: string;
  readonly #tool: Tool;
  readonly #shell = new ShellReader(this.sheet);

  constructor(name: string) {
    this.#name = name.slice(0, 256);
    this.#tool = toolOf(name);
  }

  /** `parsed`: it stood as JSON in a string, and no further string is opened. */
  value(value: CallValue, key: string, depth: number, parsed: boolean): void {
    if (depth > MAX_DEPTH || value === null || typeof value === 'boolean') return;
    if (typeof value === 'string') this.#text(value, key, depth, parsed);
    else if (isList(value)) this.#list(value, key, depth, parsed);
    else if ('members' in value) this.#members(value.members, depth, parsed);
  }

  #list(items: readonly CallValue[], key: string, depth: number, parsed: boolean): void {
    const words = items.flatMap((item) => plainWord(item) ?? []);
    const isCommand = kindOf(key, this.#tool) === 'command';
    if (isCommand && words.length === items.length && words.length > 1 && isArgv(words)) {
      this.#shell.argv(words, newScope(true), undefined);
      return;
    }
    for (const item of items) this.value(item, key, depth + 1, parsed);
  }

  #members(members: readonly (readonly [string, CallValue])[], depth: number, parsed: boolean): void {
    const program = members.find(([key, value]) => isKey(key, PROGRAM) && wordsOf(value).length > 0);
    const given = members.find(([key]) => isKey(key, ARGUMENTS));
    const words = given === undefined ? [] : wordsOf(given[1]);
    const joins = program !== undefined && given !== undefined && words.length > 0;
    if (joins) this.#program(wordsOf(program[1]), words);
    const writes = this.#tool.writes || members.some(([key, value]) => isKey(key, CONTENT) && value !== null);
    if (writes) this.#leftToRun(members);
    for (const [key, value] of members) {
      if (joins && (value === program[1] || value === given[1])) continue;
      if (/\s/.test(key)) this.#text(key, '', depth, parsed);
      if (kindOf(key, this.#tool) === 'path') this.#path(value, writes);
      else this.value(value, key, depth + 1, parsed);
    }
  }

  /** What is written into a file that others run. */
  #leftToRun(members: readonly (readonly [string, CallValue])[]): void {
    const [path] = members.flatMap(([key, value]) => (kindOf(key, this.#tool) === 'path' ? wordsOf(value) : []));
    if (path === undefined) return;
    for (const text of members.flatMap(([key, value]) => (isKey(key, CONTENT) ? textsOf(value) : []))) {
      noteLeftToRun(path, text, this.sheet, (sheet) => new ShellReader(sheet));
    }
  }

  /** A program beside its arguments: `{"cmd": "rm", "args": ["-rf", "/"]}`. */
  #program(program: readonly string[], words: readonly string[]): void {
    const [first = ''] = program;
    if (program.length === 1 && /\s/.test(first)) this.#command(`${first} ${words.map(quoted).join(' ')}`, true);
    else this.#shell.argv([...program, ...words], newScope(true), undefined);
  }

  #path(value: CallValue, writes: boolean): void {
    const paths = wordsOf(value).filter((path) => path !== '');
    note(this.#name, writes ? { reads: [], writes: paths } : { reads: paths, writes: [] }, { sure: true }, this.sheet);
  }

  #text(text: string, key: string, depth: number, parsed: boolean): void {
    if (!parsed && /^\s*[{[]/.test(text)) {
      const inner = parseJson(text);
      if (inner !== undefined) {
        this.value(inner, key, depth + 1, true);
        return;
      }
    }
    switch (kindOf(key, this.#tool)) {
      case 'command':
        this.#command(text, true);
        break;
      case 'code':
        noteCode(text, this.#tool.language, newScope(true), this.#shell);
        break;
      case 'sql':
        if (looksLikeSql(text)) noteSql(text, true, this.sheet);
        else if (!this.#tool.asksDatabase || !noteInjected(text, this.sheet)) this.#unknown(text);
        break;
      case 'url': {
        const host = hostOf(text);
        if (host !== undefined) this.sheet.host({ host, by: this.#name });
        if (/^file:/i.test(text)) this.#path(text, this.#tool.writes);
        break;
      }
      case 'path':
        this.#path(text, this.#tool.writes);
        break;
      case 'unknown':
        this.#unknown(text);
        break;
      case 'prose':
        break;
    }
  }

  #command(text: string, sure: boolean): void {
    const script = parseShell(text, this.sheet);
    this.#shell.script(script, newScope(sure));
    const isPowerShell = this.#tool.language === 'powershell';
    notePowerShell(text, isPowerShell && sure, this.sheet);
    if (script.errors !== undefined) readSplit(text, newScope(false), this.#shell);
  }

  #unknown(text: string): void {
    if (text.length > MAX_UNKNOWN) return;
    if (/^[~/][\w./~*?-]+$/.test(text)) this.#path(text, this.#tool.writes);
    else if (looksLikeSql(text)) noteSql(text, false, this.sheet);
    else if (BEGINS.test(text)) this.#command(text, false);
  }
}

function isList(value: CallValue): value is readonly CallValue[] {
  return Array.isArray(value);
}

function plainWord(value: CallValue): string | undefined {
  if (typeof value === 'string') return value;
  return value !== null && typeof value === 'object' && 'text' in value ? value.text : undefined;
}

function wordsOf(value: CallValue): readonly string[] {
  const word = plainWord(value);
  if (word !== undefined) return [word];
  return value !== null && typeof value === 'object' && isList(value) ? value.flatMap((item) => plainWord(item) ?? []) : [];
}

/** New texts: themselves, or in a list of edits. */
function textsOf(value: CallValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  if (isList(value)) return value.slice(0, MAX_EDITS).flatMap((item) => (isList(item) ? [] : textsOf(item)));
  return 'members' in value ? value.members.flatMap(([key, text]) => (isKey(key, NEW_TEXT) && typeof text === 'string' ? [text] : [])) : [];
}

/** A list of whole commands has spaces in its first item; one of words has not. */
function isArgv([first = '']: readonly string[]): boolean {
  return !/\s/.test(first.trim());
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** JSON as JSON.parse reads it: of a name that comes twice the last. */
function parseJson(text: string): CallValue | undefined {
  if (text.length > MAX_JSON) return undefined;
  try {
    return plainValue(JSON.parse(text), 0);
  } catch {
    return undefined;
  }
}

function plainValue(value: unknown, depth: number): CallValue {
  if (depth > MAX_DEPTH) return null;
  if (typeof value === 'number') return { text: String(value) };
  if (Array.isArray(value)) return value.map((item) => plainValue(item, depth + 1));
  if (typeof value === 'object' && value !== null) {
    return { members: Object.entries(value).map(([key, member]) => [key, plainValue(member, depth + 1)] as const) };
  }
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
