/** What a text in the arguments of a tool call is. */
export type TextKind = 'command' | 'code' | 'sql' | 'path' | 'url' | 'prose' | 'unknown';

const SHELL_TOOL =
  /(?:^|[^a-z])(?:shell|bash|sh|zsh|exec|execute|terminal|run|command|cmd|powershell|pwsh|process|subprocess|console|system)(?:$|[^a-z])/;
const CODE_TOOL = /python|repl|jupyter|notebook|javascript|interpreter|(?:^|[^a-z])(?:node|ruby|perl|code)(?:$|[^a-z])/;
const DATABASE_TOOL =
  /(?:^|[^a-z])(?:\w*sql\w*|db|databases?|postgres|mariadb|oracle|snowflake|bigquery|redshift|duckdb|clickhouse)(?:$|[^a-z])/;
const WRITING_TOOL = /write|edit|create|append|save|patch|replace|insert|update|put|modify|delete|remove|move|rename|touch/;

const BY_KEY: readonly (readonly [TextKind, RegExp])[] = [
  ['command', /^(?:commands?|cmds?|script|shell|bash|sh|run|exec|command_?line|cmd_?line|argv|shell_?command|input_?command|entrypoint)$/],
  ['code', /^(?:code|source_?code|program|python|javascript|snippet|expression|eval)$/],
  ['sql', /^(?:sql|query|statements?|sql_?query)$/],
  ['path', /(?:^|_)(?:path|paths|file|files|filename|filepath|dir|directory|folder|destination|dest|src)$|^(?:target|source)$/],
  ['url', /(?:^|_)(?:url|urls|uri|endpoint|href|webhook)$/],
  [
    'prose',
    /^(?:description|message|content|contents|text|body|comment|title|subject|summary|prompt|notes?|reason|explanation|thoughts?|pattern|old_?string|new_?string|old_?str|new_?str|file_?text|new_?source|markdown|todo|todos|question|answer|label|name)$/,
  ],
];

/** `filePath` and `file-path` are `file_path`. */
function plainKey(key: string): string {
  return key
    .slice(0, 64)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[-.\s]+/g, '_')
    .toLowerCase();
}

export interface Tool {
  readonly runsShell: boolean;
  readonly runsCode: boolean;
  readonly writes: boolean;
  readonly asksDatabase: boolean;
  readonly language: string;
}

export function toolOf(name: string): Tool {
  const plain = plainKey(name).replace(/_/g, ' ');
  return {
    runsShell: SHELL_TOOL.test(plain),
    runsCode: CODE_TOOL.test(plain),
    writes: WRITING_TOOL.test(plain),
    asksDatabase: DATABASE_TOOL.test(plain),
    language: /node|javascript|\bjs\b/.test(plain)
      ? 'javascript'
      : (/ruby|perl|powershell|pwsh/.exec(plain)?.[0].replace('pwsh', 'powershell') ?? 'python'),
  };
}

/** By the name that the text goes by, and by what the tool does. */
export function kindOf(key: string, tool: Tool): TextKind {
  const plain = plainKey(key);
  const kind = BY_KEY.find(([, expression]) => expression.test(plain))?.[0];
  if (kind === 'code' && tool.runsShell && !tool.runsCode) return 'command';
  if (kind === undefined && tool.runsCode) return 'code';
  if (kind === undefined && tool.runsShell) return 'command';
  return kind ?? 'unknown';
}

export function isKey(key: string, names: RegExp): boolean {
  return names.test(plainKey(key));
}
