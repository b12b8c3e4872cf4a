/** A command as a shell completes it. */
export interface CompletedCommand {
  /** Words of the command. */
  readonly words: readonly string[];
  /** With their dashes: `--port`, `-p`. */
  readonly flags: readonly CompletedFlag[];
}

export interface CompletedFlag {
  readonly name: string;
  /** The flag is followed by a value: one of these, or anything where there are none. */
  readonly values?: readonly string[];
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script for a shell to source. Flags are offered wherever they may stand, files where an argument may. */
export function completionScript(shell: Shell, bins: readonly string[], commands: readonly CompletedCommand[]): string {
  return shell === 'fish' ? fishScript(bins, commands) : `${shell === 'zsh' ? ZSH_PRELUDE : ''}${bashScript(bins, commands)}`;
}

/** zsh runs the completions of bash. */
const ZSH_PRELUDE = 'autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n';

function bashScript(bins: readonly string[], commands: readonly CompletedCommand[]): string {
  const name = `_${(bins[0] ?? '').replaceAll('-', '_')}`;
  const above = nextWords(commands);
  return `${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" word path="" offers="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$path $word" in
${[...above.keys()]
  .filter((path) => path !== '')
  .map((path) => `      " ${path}") path=" ${path}" ;;`)
  .join('\n')}
    esac
  done
  case "$path $prev" in
${commands.flatMap(({ words, flags }) => flags.flatMap((flag) => valueCase(words, flag))).join('\n')}
  esac
  if [[ "$cur" == -* ]]; then
    case "$path" in
${commands.map(({ words, flags }) => `      " ${words.join(' ')}") offers="${flags.map((flag) => flag.name).join(' ')}" ;;`).join('\n')}
    esac
  else
    case "$path" in
${[...above].map(([path, next]) => `      "${path === '' ? '' : ` ${path}`}") offers="${next.join(' ')}" ;;`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$offers" -- "$cur"))
}
complete -o default -F ${name} ${bins.join(' ')}
`;
}

function valueCase(words: readonly string[], { name, values }: CompletedFlag): string[] {
  if (values === undefined) return [];
  const offer = values.length === 0 ? 'compgen -f' : `compgen -W "${values.join(' ')}"`;
  return [`    " ${words.join(' ')} ${name}") COMPREPLY=($(${offer} -- "$cur")); return ;;`];
}

/** Words that may follow the beginnings of commands; none after a whole command that nothing goes beyond. */
function nextWords(commands: readonly CompletedCommand[]): ReadonlyMap<string, readonly string[]> {
  const next = new Map<string, Set<string>>();
  for (const { words } of commands) {
    for (const [at, word] of words.entries()) {
      const path = words.slice(0, at).join(' ');
      next.set(path, (next.get(path) ?? new Set()).add(word));
    }
    const whole = words.join(' ');
    next.set(whole, next.get(whole) ?? new Set());
  }
  return new Map([...next].map(([path, words]) => [path, [...words]]));
}

function fishScript(bins: readonly string[], commands: readonly CompletedCommand[]): string {
  const lines = bins.flatMap((bin) => [
    ...[...nextWords(commands)].flatMap(([path, next]) =>
      next.length === 0 ? [] : [`complete -c ${bin} -f -n "${fishAt(path, next)}" -a "${next.join(' ')}"`],
    ),
    ...commands.flatMap(({ words, flags }) =>
      flags.map(({ name, values }) => {
        const option = name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
        const value = values === undefined ? '' : values.length === 0 ? ' -r' : ` -x -a "${values.join(' ')}"`;
        return `complete -c ${bin} -n "${fishSeen(words)}" ${option}${value}`;
      }),
    ),
  ]);
  return `${lines.join('\n')}\n`;
}

function fishAt(path: string, next: readonly string[]): string {
  const seen = path === '' ? '' : `${fishSeen(path.split(' '))}; and `;
  return `${seen}not __fish_seen_subcommand_from ${next.join(' ')}`;
}

function fishSeen(words: readonly string[]): string {
  return words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
}
