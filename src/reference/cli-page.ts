import { readFileSync } from 'node:fs';

/** What the oclif manifest says of one flag. */
interface ManifestFlag {
  readonly name: string;
  readonly type: 'boolean' | 'option';
  readonly char?: string;
  readonly description?: string;
  readonly summary?: string;
  readonly allowNo?: boolean;
  readonly multiple?: boolean;
  readonly required?: boolean;
  readonly hidden?: boolean;
  readonly options?: readonly string[];
  readonly default?: unknown;
  readonly env?: string;
  readonly aliases?: readonly string[];
  readonly helpGroup?: string;
}

interface ManifestArg {
  readonly name: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly options?: readonly string[];
}

interface ManifestCommand {
  readonly id: string;
  readonly summary?: string;
  readonly description?: string;
  readonly hidden?: boolean;
  readonly strict?: boolean;
  readonly examples?: readonly (string | { readonly description: string; readonly command: string })[];
  readonly args: Readonly<Record<string, ManifestArg>>;
  readonly flags: Readonly<Record<string, ManifestFlag>>;
}

const BIN = 'defenseclaw-gateway';

const INTRODUCTION = `# Command line

<!-- Generated from the oclif manifest by \`npm run docs\`; do not edit. -->

\`${BIN} COMMAND --help\` says the same in a terminal; \`defenseclaw\` is another name of the program. Words of a command may be joined by a colon
(\`policy:test\`). Exit codes beside those of each command: 0 done, 2 usage or configuration, 3 no gateway answers, 4 token, 70 a bug of the gateway;
[every error](errors.md) has its own line.

Every command takes \`-h\`, \`--help\`, and those under [Every command](#every-command).
`;

/** Flags of this group are those of every command. */
const COMMON = 'GLOBAL';

function commands(): readonly ManifestCommand[] {
  const text = readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8');
  const { commands: found } = JSON.parse(text) as { readonly commands: Readonly<Record<string, ManifestCommand>> };
  return Object.values(found)
    .filter(({ hidden }) => hidden !== true)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function spelling({ name, type, char, allowNo, options, aliases = [] }: ManifestFlag): string {
  const value = type === 'boolean' ? '' : options === undefined ? ` ${name.toUpperCase()}` : ` ${options.join('|')}`;
  const names = [...(char === undefined ? [] : [`-${char}`]), `--${allowNo === true ? '[no-]' : ''}${name}${value}`];
  return [...names, ...aliases.map((alias) => `--${alias}`)].map((text) => `\`${text}\``).join(', ');
}

function meaning({ description, summary, env, required, multiple, ...flag }: ManifestFlag): string {
  const stated = typeof flag.default === 'string' || typeof flag.default === 'number' ? flag.default : undefined;
  const facts = [
    ...(required === true ? ['required'] : []),
    ...(multiple === true ? ['may be given more than once'] : []),
    ...(stated === undefined ? [] : [`default: \`${stated}\``]),
    ...(env === undefined ? [] : [`or \`$${env}\``]),
  ];
  return `${summary ?? description ?? ''}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}

function flagTable(flags: readonly ManifestFlag[]): string[] {
  if (flags.length === 0) return [];
  return ['', '| Flag | Meaning |', '| --- | --- |', ...flags.map((flag) => `| ${cell(spelling(flag))} | ${cell(meaning(flag))} |`)];
}

function argumentList(args: readonly ManifestArg[]): string[] {
  return args.flatMap(({ name, description = '', options }) => {
    const choices = options === undefined ? '' : ` (${options.map((option) => `\`${option}\``).join(', ')})`;
    return [`- \`${name.toUpperCase()}\`: ${description}${choices}`];
  });
}

function usage({ id, args, strict }: ManifestCommand): string {
  const operands = Object.values(args).map(({ name, required }) => (required === true ? name.toUpperCase() : `[${name.toUpperCase()}]`));
  return [BIN, ...id.split(':'), ...operands, ...(strict === false ? ['…'] : [])].join(' ');
}

function examples({ examples: given = [] }: ManifestCommand): string[] {
  if (given.length === 0) return [];
  const lines = given.flatMap((example) => (typeof example === 'string' ? [example] : [`# ${example.description}`, example.command]));
  return ['', '```sh', ...lines.map((line) => line.replaceAll('<%= config.bin %>', BIN)), '```'];
}

function ownFlags({ flags }: ManifestCommand): ManifestFlag[] {
  return Object.values(flags).filter(({ hidden, helpGroup }) => hidden !== true && helpGroup !== COMMON);
}

function takesJson({ flags }: ManifestCommand): boolean {
  return flags['json']?.helpGroup === COMMON;
}

function section(command: ManifestCommand): string {
  const { id, summary, description, args } = command;
  const operands = argumentList(Object.values(args));
  return [
    `## ${id.replaceAll(':', ' ')}`,
    '',
    `\`${usage(command)}\``,
    '',
    `${summary ?? ''}.`,
    ...(description === undefined ? [] : ['', description]),
    ...(operands.length === 0 ? [] : ['', ...operands]),
    ...flagTable(ownFlags(command)),
    ...(takesJson(command) || 'json' in command.flags ? [] : ['', 'Takes no `--json`.']),
    ...examples(command),
    '',
  ].join('\n');
}

function commonFlags(all: readonly ManifestCommand[]): ManifestFlag[] {
  const named = new Map(
    all.flatMap(({ flags }) => Object.values(flags)).flatMap((flag) => (flag.helpGroup === COMMON ? [[flag.name, flag]] : [])),
  );
  return [...named.values()];
}

/** The page `cli.md`. */
export function renderCli(): string {
  const all = commands();
  const list = all.map(({ id, summary = '' }) => `| [\`${id.replaceAll(':', ' ')}\`](#${id.replaceAll(':', '-')}) | ${cell(summary)} |`);
  return [
    INTRODUCTION,
    '| Command | Does |',
    '| --- | --- |',
    ...list,
    '',
    '## Every command',
    ...flagTable(commonFlags(all)),
    '',
    ...all.map(section),
  ].join('\n');
}
