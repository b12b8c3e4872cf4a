import { FactSheet } from './fact-sheet.js';
import { newScope } from './scope.js';
import type { Scope } from './scope.js';

/** Longest text that is looked at, and commands that are taken from it. */
const MAX_LENGTH = 64 * 1024;
const MAX_COMMANDS = 32;

/** A manifest whose scripts a package manager runs by itself, and a workflow that a build server runs. */
const MANIFEST = /(?:^|[\\/])package\.json$/i;
const WORKFLOW =
  /(?:^|[\\/])(?:\.github[\\/](?:workflows|actions)[\\/].{1,256}\.ya?ml|action\.ya?ml|\.gitlab-ci\.ya?ml|bitbucket-pipelines\.ya?ml|\.circleci[\\/]config\.ya?ml)$/i;

const LIFECYCLE =
  /"(?:(?:pre|post)?(?:install|prepare|pack|publish)|prepublishOnly|dependencies|(?:pre|post)?uninstall)"\s*:\s*"((?:[^"\\\n]|\\.){1,4096})"/g;

/** Every secret of a repository at once: what such a step prints is its environment. */
const ALL_SECRETS = /["']?\$\{\{\s*toJSON\(\s*secrets\s*\)\s*\}\}["']?/gi;

/** Others, such as the clients of clouds and hosts of code, are given secrets to log in with. */
const UPLOADERS: ReadonlySet<string> = new Set(
  'curl wget http https nc ncat netcat socat telnet ftp tftp sendmail mail dig nslookup /dev/tcp'.split(' '),
);

interface Reader {
  program(text: string, scope: Scope, input: undefined): unknown;
}

/**
 * What goes where in the commands that others will run from a file that is written: told as flows alone, and unsure, since nothing runs now. A build that
 * downloads its tools is daily work, so of a workflow only what it sends counts; a package that does so when it is installed is not.
 */
export function noteLeftToRun(path: string, text: string, sheet: FactSheet, readerOf: (sheet: FactSheet) => Reader): void {
  const isManifest = MANIFEST.test(path);
  if (text.length > MAX_LENGTH || (!isManifest && !WORKFLOW.test(path))) return;
  const commands = isManifest ? scriptsOf(text) : stepsOf(text);
  if (commands.length === 0) return;
  const own = new FactSheet();
  const reader = readerOf(own);
  for (const command of commands.slice(0, MAX_COMMANDS)) reader.program(command, newScope(false), undefined);
  for (const flow of own.facts.flows) if (flow.kind === 'runs' ? isManifest : UPLOADERS.has(flow.into)) sheet.flow(flow);
}

function scriptsOf(manifest: string): readonly string[] {
  return [...manifest.matchAll(LIFECYCLE)].map(([, script = '']) => script.replace(/\\(["\\/])/g, '$1').replace(/\\[nt]/g, ' '));
}

const STEP = /^(?:run|script|command):/;

/** The lines of a workflow that are commands, or may be: a block goes on for as long as its lines are indented. */
function stepsOf(workflow: string): readonly string[] {
  const steps: string[] = [];
  let block: { readonly indent: number; readonly lines: string[] } | undefined;
  for (const line of workflow.split('\n')) {
    const indent = line.search(/\S/);
    if (block !== undefined && (indent < 0 || indent > block.indent)) {
      block.lines.push(line.slice(0, 4_096).trim());
      continue;
    }
    if (block !== undefined) steps.push(block.lines.join('\n'));
    block = undefined;
    // Trimmed before it is matched: a pattern that skips blanks by itself would try each number of them.
    const plain = line.trim();
    const item = plain.startsWith('-') ? plain.slice(1).trimStart() : plain;
    const key = STEP.exec(item)?.[0];
    const given = key === undefined ? '' : item.slice(key.length).trimStart();
    if (/^[|>][-+\d]*$/.test(given)) block = { indent, lines: [] };
    else if (given !== '') steps.push(given.replace(/^(["'])(.*)\1$/, '$2'));
    else if (item !== plain && item.includes('|')) steps.push(item);
  }
  if (block !== undefined) steps.push(block.lines.join('\n'));
  return steps.filter((step) => step.includes('|') || step.includes('$')).map((step) => step.replace(ALL_SECRETS, '$(printenv)'));
}
