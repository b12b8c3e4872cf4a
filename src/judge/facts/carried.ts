import { noteCode } from './code.js';
import { parseOptions } from './options.js';
import { valuedOptions } from './programs.js';
import type { Invocation, Reader } from './reader.js';
import type { Scope } from './scope.js';

/** Programs whose options name a command that they start: a pager, a filter, a transport. */
const BY_OPTION: ReadonlyMap<string, readonly string[]> = new Map([
  ['tar', ['to-command', 'use-compress-program', 'I', 'rsh-command', 'info-script', 'new-volume-script', 'F', 'checkpoint-action']],
  ['rsync', ['e', 'rsh', 'rsync-path']],
  ['man', ['P', 'pager', 'H', 'html']],
  ['split', ['filter']],
  ['sort', ['compress-program']],
  ['zip', ['TT', 'unzip-command']],
  ['scp', ['S']],
  ['wget', ['use-askpass']],
  ['ssh', ['o']],
  ['git', ['c', 'upload-pack', 'receive-pack', 'exec', 'extcmd', 'x']],
]);

const EDITORS: ReadonlySet<string> = new Set(['vim', 'vi', 'nvim', 'view', 'vimdiff', 'gvim', 'rvim', 'ex', 'ed', 'less', 'more']);

/** How a line of their own language starts a shell command, by program. */
const ESCAPES: ReadonlyMap<string, RegExp> = new Map([
  ...[...EDITORS].map((name) => [name, /^\s*\+?:?[\w%.,$\s]{0,64}!(.+)$/] as const),
  ['gdb', /^\s*(?:!|shell\s|pipe\s[^|]*\|)(.+)$/],
  ['ftp', /^\s*!(.+)$/],
  ['sftp', /^\s*!(.+)$/],
  ['sqlite3', /^\s*\.(?:shell|system)\s+(.+)$/],
  ['psql', /^\s*\\(?:!|(?:o|g|copy\b.*\b(?:from|to)\s+program)\s*\|?)\s*(.+)$/i],
  ['mysql', /^\s*(?:\\!|system)\s+(.+)$/],
  ['mariadb', /^\s*(?:\\!|system)\s+(.+)$/],
  ['sed', /^\s*(?:(?:\d+|\$|\/[^/]{0,64}\/)(?:,(?:\d+|\$|\/[^/]{0,64}\/))?)?\s*e\s+(.+)$/],
]);

/** Settings of git that are commands; an alias and a credential helper are commands of git itself unless they begin with an exclamation mark. */
const GIT_COMMAND =
  /^(?:(?:core\.(?:pager|editor|sshcommand|fsmonitor|askpass|gitproxy)|sequence\.editor|diff\.external|pager\.[\w-]+|\S+\.(?:textconv|cmd|command|clean|smudge|process|driver))$)/i;
const GIT_NAME = /^(?:alias\.[\w-]+|credential\.(?:\S+\.)?helper)$/i;

/** Variables that other programs start as a command. */
const COMMAND_VARIABLES: ReadonlySet<string> = new Set(
  'GIT_SSH_COMMAND GIT_PAGER PAGER MANPAGER EDITOR VISUAL GIT_EDITOR GIT_EXTERNAL_DIFF GIT_ASKPASS SSH_ASKPASS LESSOPEN LESSCLOSE PROMPT_COMMAND'.split(
    ' ',
  ),
);

/** Commands that one program is given and lines that are looked at. */
const MAX_CARRIED = 32;

/** Programs that hand their input to a shell later on. */
const STARTS_INPUT: ReadonlySet<string> = new Set(['at', 'batch']);

/** Programs that may be told commands. */
export const CARRIERS: ReadonlySet<string> = new Set([...BY_OPTION.keys(), ...ESCAPES.keys(), ...STARTS_INPUT, 'tmux', 'emacs']);

/** Reads the commands that a program is told to start by its options, its own language, or its input. */
export function readCarried(name: string, invocation: Invocation, through: (scope: Scope, name: string) => Scope, reader: Reader): void {
  const options = BY_OPTION.get(name);
  const escape = ESCAPES.get(name);
  const { words, scope } = invocation;
  const { operands, values } = parseOptions(words, CARRIES.get(name) ?? valuedOptions(name));
  const found: string[] = [];
  if (options !== undefined && values.size > 0) {
    for (const option of options) for (const value of values.get(option) ?? []) found.push(commandOf(name, value));
  }
  if (name === 'git') found.push(...gitCommands(operands));
  if (name === 'tmux') found.push(operands.slice(1).join(' '));
  const input = invocation.input?.text ?? '';
  if (escape !== undefined) {
    const own = [...words, input].flatMap((text) => (text.length <= MAX_LINES ? text.split(/[\n;]/, MAX_CARRIED) : []));
    for (const line of own) found.push(escape.exec(line)?.[1] ?? '');
  }
  if (STARTS_INPUT.has(name)) found.push(input);
  for (const text of found.slice(0, MAX_CARRIED)) if (text.trim() !== '') reader.program(text, through(scope, name), undefined);
  const code = name === 'emacs' ? (values.get('eval') ?? []) : EDITORS.has(name) ? words.filter((word) => word.includes('system(')) : [];
  for (const text of code) noteCode(text, name, through(scope, name), reader);
}

/** Longest text whose lines are looked at. */
const MAX_LINES = 4_096;

/** Options that take a value, where the command itself reads them otherwise. */
const CARRIES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['ssh', new Set(['o', 'i', 'p', 'l', 'F', 'J'])],
  ['git', new Set(['c', 'C', 'm', 'F', 'x', 'extcmd', 'exec'])],
  ['man', new Set(['P', 'H', 'M', 'S'])],
  ['zip', new Set(['TT', 't', 'b', 'n'])],
  ['emacs', new Set(['eval', 'l', 'f'])],
  ['tmux', new Set(['s', 'n', 't', 'c', 'L', 'S', 'f'])],
]);

/** `exec=` of a checkpoint, `ProxyCommand=` of ssh, `key=` of git: what is not started is nothing. */
function commandOf(name: string, value: string): string {
  if (name === 'ssh') return /^(?:proxycommand|localcommand|knownhostscommand)[=\s]+(.+)$/i.exec(value)?.[1] ?? '';
  if (name !== 'git') return value.replace(/^exec=/, '');
  const sign = value.indexOf('=');
  return sign < 0 ? value : gitSetting(value.slice(0, sign), value.slice(sign + 1));
}

function gitSetting(key: string, value: string): string {
  if (GIT_COMMAND.test(key)) return value.replace(/^!/, '');
  return GIT_NAME.test(key) && value.startsWith('!') ? value.slice(1) : '';
}

/** `git config core.pager COMMAND`, and a repository that a command stands for. */
function gitCommands(operands: readonly string[]): readonly string[] {
  const external = operands.filter((word) => word.startsWith('ext::')).flatMap((word) => /^ext::(.+)$/.exec(word)?.[1] ?? []);
  if (operands[0] !== 'config' && operands[0] !== 'set') return external;
  const [verb, key = '', value = ''] = operands.filter((word) => word !== 'set');
  return verb === 'config' ? [gitSetting(key, value), ...external] : external;
}

/** Whether others start what the variable holds. */
export function isCommandVariable(name: string): boolean {
  return COMMAND_VARIABLES.has(name);
}
