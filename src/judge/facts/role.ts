import { CARRIERS } from './carried.js';
import { DIALS, TOUCHES } from './files.js';
import { CLIENTS } from './manifest.js';
import { INTERPRETERS, NETWORK, SHELLS, SQL_CLIENTS, valuedOptions, VALUED, VERB_WRAPPERS, WRAPPERS } from './programs.js';
import type { Wrapper } from './programs.js';

/** What is known of a program by its name. */
export interface Role {
  readonly carries: boolean;
  /** Some of its verbs start other commands. */
  readonly hasVerbs: boolean;
  readonly wrapper: Wrapper | undefined;
  readonly isShell: boolean;
  /** It runs what it is given in a way of its own. */
  readonly runs: boolean;
  readonly interpreter: { readonly language: string; readonly code: ReadonlySet<string> } | undefined;
  /** Options that take the next word. */
  readonly valued: ReadonlySet<string>;
  readonly sql: ReadonlySet<string> | undefined;
  readonly touches: boolean;
  readonly dials: boolean;
  readonly sends: boolean;
  readonly isClusterClient: boolean;
}

const RUNS: ReadonlySet<string> = new Set(['eval', 'trap', 'su', 'script', 'source', '.', 'find', 'fd']);
const HAVE_VERBS: ReadonlySet<string> = new Set([...VERB_WRAPPERS.keys()].map((words) => words.slice(0, words.indexOf(' '))));

function describe(name: string): Role {
  return {
    carries: CARRIERS.has(name),
    hasVerbs: HAVE_VERBS.has(name),
    wrapper: WRAPPERS.get(name),
    isShell: SHELLS.has(name),
    runs: RUNS.has(name),
    interpreter: INTERPRETERS.get(name),
    valued: valuedOptions(name),
    sql: SQL_CLIENTS.get(name),
    touches: TOUCHES.has(name),
    dials: DIALS.has(name),
    sends: NETWORK.has(name),
    isClusterClient: CLIENTS.has(name),
  };
}

const ORDINARY = describe('');

/** By name. Hundreds of commands stand in one call, and each of a dozen tables would be asked for each of them. */
const ROLES: ReadonlyMap<string, Role> = new Map(
  [
    ...[CARRIERS, HAVE_VERBS, WRAPPERS.keys(), SHELLS, RUNS, INTERPRETERS.keys(), VALUED.keys(), SQL_CLIENTS.keys()],
    ...[TOUCHES, DIALS, NETWORK, CLIENTS],
  ].flatMap((names) => [...names].map((name) => [name, describe(name)] as const)),
);

export function roleOf(name: string): Role {
  return ROLES.get(name) ?? ORDINARY;
}
