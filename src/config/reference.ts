import { listSettings, type Setting } from './setting.js';

/** Text inside a table cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function defaultOf(setting: Setting): string {
  if (setting.default === undefined) return '';
  return `\`${typeof setting.default === 'string' ? setting.default || '""' : JSON.stringify(setting.default)}\``;
}

function valuesOf({ kind, choices, range }: Setting): string {
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(', ');
  return range === undefined ? kind : `${kind}, ${range}`;
}

function row(setting: Setting): string {
  const cells = [
    `\`${setting.path.join('.')}\``,
    valuesOf(setting),
    defaultOf(setting),
    setting.env === undefined ? '' : `\`${setting.env}\``,
    setting.description,
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

const INTRODUCTION = `# Configuration

<!-- Generated from the schema by \`npm run docs\`; do not edit. -->

The gateway reads one YAML file: \`--config\`, else \`$DEFENSECLAW_CONFIG\`, else \`config.yaml\` in its home folder
(\`$DEFENSECLAW_HOME\`, else \`~/.defenseclaw\`). Command line flags win over environment variables, these over the file, the
file over the defaults. An unknown or ill-typed setting stops the start and is named with file, line and column.
Settings of DefenseClaw's own file (\`config_version: 8\` or \`9\`) that have no use here are passed over and named at the start.

A duration is a number of seconds (\`0.5\`) or a text with a unit (\`500ms\`, \`30s\`, \`5m\`, \`2h\`),
a size a number of bytes or a text with a unit (\`512KiB\`, \`20MiB\`). A list in an environment
variable is separated by commas. Relative paths count from the folder of the config file, those of flags and variables from the
working folder. An empty variable counts as not set.

\`.env\` files in the home folder and in the data folder add variables that are not set yet (1 MiB at most; variables that
steer how processes start, such as \`PATH\`, \`LD_*\` and \`NODE_*\`, are skipped).

## API token

The first of these that is not empty: the variable named by \`gateway.token_env\`, \`DEFENSECLAW_GATEWAY_TOKEN\`,
\`OPENCLAW_GATEWAY_TOKEN\`, then \`gateway.token\`. When there is none, the first start writes a random token into
\`<data_dir>/.env\` (mode 0600).

## Key of the language model

The variable named by \`guardrail.judge.llm.api_key_env\` (else \`llm.api_key_env\`), then \`guardrail.judge.llm.api_key\`,
\`llm.api_key\`, then \`DEFENSECLAW_LLM_KEY\`.
`;

const HEAD = ['| Setting | Values | Default | Environment variable | Meaning |', '| --- | --- | --- | --- | --- |'];

/** The page `src/reference/configuration.md`, made from the schema. */
export function renderReference(): string {
  const sections = new Map<string, string[]>();
  for (const setting of listSettings()) {
    const title = setting.path.length === 1 && setting.kind !== 'map' ? 'Folders' : `\`${setting.path[0] ?? ''}\``;
    const rows = sections.get(title) ?? [...HEAD];
    sections.set(title, [...rows, row(setting)]);
  }
  const tables = [...sections].map(([title, rows]) => `## ${title}\n\n${rows.join('\n')}\n`);
  return `${INTRODUCTION}\n${tables.join('\n')}`;
}
