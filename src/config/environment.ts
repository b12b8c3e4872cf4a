import path from 'node:path';
import { parseEnv } from 'node:util';
import { readBounded } from './bounded-file.js';

/** A variable and where it was set. */
export interface EnvironmentEntry {
  readonly value: string;
  /** `environment`, or the `.env` file that set it. */
  readonly origin: string;
}

/** The non-empty variables that the gateway sees. An empty variable counts as not set. */
export type Environment = ReadonlyMap<string, EnvironmentEntry>;

/** Variables as the operating system hands them over. */
export type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/** Variables that steer how processes start or that relax DefenseClaw's own checks: a `.env` file may not set them. */
const REFUSED_NAMES = new Set([
  ...['PATH', 'HOME', 'SHELL', 'USER', 'LOGNAME', 'PWD', 'IFS', 'ENV', 'BASH_ENV', 'TMPDIR', 'TEMP', 'TMP'],
  ...['PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP', 'PERL5OPT', 'PERL5LIB', 'RUBYOPT', 'RUBYLIB', 'JAVA_TOOL_OPTIONS'],
  ...['GOROOT', 'GOPATH', 'GOFLAGS', 'GODEBUG', 'GIT_SSH_COMMAND', 'SSH_ASKPASS', 'EDITOR', 'PAGER'],
]);
const REFUSED_PREFIXES = ['LD_', 'DYLD_', 'NODE_', 'NPM_CONFIG_', 'DEFENSECLAW_ALLOW_'];

function isRefused(name: string): boolean {
  const upper = name.toUpperCase();
  return REFUSED_NAMES.has(upper) || REFUSED_PREFIXES.some((prefix) => upper.startsWith(prefix));
}

/** Bytes that one `.env` file may have; DefenseClaw's own limit. */
const MAX_ENV_FILE_BYTES = 1024 * 1024;

/** The `.env` file of a folder: its variables by name, without those it may not set. Throws `config_unreadable`. */
function readEnvFile(file: string): ReadonlyMap<string, string> {
  const bytes = readBounded(file, MAX_ENV_FILE_BYTES);
  const entries = bytes === undefined ? [] : Object.entries(parseEnv(Buffer.from(bytes).toString('utf8')));
  const variables = new Map<string, string>();
  for (const [name, value] of entries) if (value !== undefined && value !== '' && !isRefused(name)) variables.set(name, value);
  return variables;
}

/**
 * The process's variables, then those of the `.env` files of `folders` in order: what is set already stays.
 * Throws `config_unreadable` when a file is there but cannot be read.
 */
export function readEnvironment(processEnv: ProcessEnvironment, folders: readonly string[]): Environment {
  const environment = new Map<string, EnvironmentEntry>();
  for (const [name, value] of Object.entries(processEnv)) {
    if (value !== undefined && value !== '') environment.set(name, { value, origin: 'environment' });
  }
  for (const folder of new Set(folders)) {
    const file = path.join(folder, '.env');
    for (const [name, value] of readEnvFile(file)) if (!environment.has(name)) environment.set(name, { value, origin: file });
  }
  return environment;
}

/** The variables of this process: the one place that reads them. */
export function processEnvironment(): ProcessEnvironment {
  return process.env;
}

/** What a serving process needs: how Node runs and where it may write, the zone and the language of times and texts. */
const PASSED_ON = ['NODE_OPTIONS', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL'] as const;

/** The variables of this process that a child of ours gets. Tokens and keys are not among them. */
export function childEnvironment(): Record<string, string> {
  const own = processEnvironment();
  return Object.fromEntries(PASSED_ON.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]])));
}
