import { nearest } from '../config/problem.js';
import { GatewayError } from '../errors.js';

/** What oclif throws: of its own it says with which code to end, and which flags it does not know. */
export type OclifError = Error & {
  readonly code?: string;
  readonly oclif?: { readonly exit?: number };
  readonly flags?: unknown;
};

/** A command line that cannot be meant, as an error like all others; `program` is the command as typed, `known` are the flags it has. */
export function usageError(thrown: OclifError, program: string, known: readonly string[]): GatewayError {
  const see = `See \`${program} --help\`.`;
  const unknown = Array.isArray(thrown.flags) ? thrown.flags.filter((flag): flag is string => typeof flag === 'string') : [];
  if (unknown.length > 0) {
    const meant = unknown.flatMap((flag) => {
      const near = nearest(flag.replace(/^-+/u, '').replace(/=.*$/u, ''), known);
      return near === undefined ? [] : [`--${near}`];
    });
    const message = `unknown flag${unknown.length === 1 ? '' : 's'} ${unknown.join(', ')}`;
    return new GatewayError('usage', message, { cause: thrown, hint: `${didYouMean(meant)}${see}` });
  }
  return new GatewayError('usage', unframed(thrown.message), { cause: thrown, hint: see });
}

/** What was said of the value of a flag, without what oclif writes around it, whoever said it. */
export function unframed(message: string): string {
  return message.replace(/\nSee more help with --help$/u, '').replace(/^Parsing (--\S+) \n\t/u, '$1: ');
}

/** What there is to run. */
export interface KnownCommands {
  readonly bin: string;
  /** With the words of a command between colons. */
  readonly ids: readonly string[];
}

/** Throws `usage` for words that lead to no command and no group of commands: names the one that is not known, and what was meant. */
export function refuseUnknown(argv: readonly string[], { bin, ids }: KnownCommands): void {
  const end = argv.findIndex((word) => word.startsWith('-'));
  const [first = '', ...rest] = argv.slice(0, end < 0 ? undefined : end);
  // `policy:test` is a way to write the command, and no other word has colons for that.
  const words = [...(first === '' ? [] : first.split(':')), ...rest];
  const commands = ids.map((id) => id.split(':'));
  const depth = words.findIndex((_word, at) => !commands.some((command) => startsWith(command, words.slice(0, at + 1))));
  const above = words.slice(0, depth);
  // What follows a whole command are its arguments; `inspect` is one and takes a file, and `inspect suite` is a group below it.
  if (depth < 0 || ids.includes(above.join(':'))) return;
  const word = words[depth] ?? '';
  const siblings = commands.filter((command) => startsWith(command, above)).flatMap((command) => command[depth] ?? []);
  const near = nearest(word, [...new Set(siblings)]);
  const elsewhere = commands.filter((command) => command.at(-1) === word);
  const meant = near === undefined ? elsewhere.map((command) => command.join(' ')) : [[...above, near].join(' ')];
  const hint = `${didYouMean(meant.map((command) => `\`${bin} ${command}\``))}See \`${[bin, ...above].join(' ')} --help\`.`;
  throw new GatewayError('usage', `unknown command: ${[...above, word].join(' ')}`, { hint });
}

function startsWith(command: readonly string[], start: readonly string[]): boolean {
  return start.every((word, at) => command[at] === word);
}

function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? '' : `Did you mean ${names.join(' or ')}? `;
}
