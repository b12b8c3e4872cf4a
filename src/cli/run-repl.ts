import { appendFile, chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { asGatewayError } from '../errors.js';
import { evaluateQuery } from '../gateway/evaluate-query.js';
import type { QueryOptions } from '../gateway/evaluate-query.js';
import type { PolicyEngine } from '../gateway/policy-engine.js';
import { readSources } from '../gateway/read-sources.js';
import { columnsOf } from './fit.js';
import type { Paint } from './paint.js';
import { readContent } from './read-content.js';
import { renderDiagnostics } from './render-diagnostics.js';
import { renderAside, renderDifference, renderSolutions } from './render-query.js';
import { diagnosticsOf } from '../policy/error-diagnostics.js';

export interface ReplOptions {
  readonly parts: PolicyEngine;
  readonly options: QueryOptions;
  /** Where the lines of earlier sessions are kept. */
  readonly dataDir: string;
  readonly paint: Paint;
  readonly log: (line: string) => void;
}

/** Lines that are remembered. */
const MAX_HISTORY = 1000;

const HELP = `  a query          is evaluated on the folder as it is now
  :input JSON      sets the input; :input @FILE reads it, :input alone removes it
  :package NAME    looks names up in a package; alone: in none
  :import PATH     adds an import; alone: removes all
  :explain MODE    full, notes or fails; alone: no trace
  :profile         shows where time goes, or stops showing it
  :quit            ends, as Ctrl-D does`;

const EXPLAIN_MODES = ['full', 'notes', 'fails'] as const;

/** Reads lines until the end of the input, or `:quit`. What a line does wrong is shown, and the next one is read. */
export async function runRepl({ parts, options, dataDir, paint, log }: ReplOptions): Promise<void> {
  const { stdin, stdout } = process;
  const terminal = stdin.isTTY && stdout.isTTY;
  const file = path.join(dataDir, 'repl-history');
  const remembered = terminal ? await readHistory(file) : [];
  const lines = createInterface({
    input: stdin,
    ...(terminal ? { output: stdout, history: remembered, historySize: MAX_HISTORY, removeHistoryDuplicates: true } : {}),
    terminal,
    prompt: terminal ? '> ' : '',
  });
  const session = new Session(parts, options, paint, log);
  if (terminal) log(paint('dim', ':help says what can be typed'));
  lines.prompt();
  for await (const line of lines) {
    const typed = line.trim();
    if (typed === ':quit' || typed === ':q') break;
    if (typed !== '') {
      if (terminal) await appendFile(file, `${typed}\n`, { mode: 0o600 }).catch(() => undefined);
      await session.take(typed);
    }
    lines.prompt();
  }
  lines.close();
}

class Session {
  readonly #parts: PolicyEngine;
  readonly #paint: Paint;
  readonly #log: (line: string) => void;
  #options: QueryOptions;

  constructor(parts: PolicyEngine, options: QueryOptions, paint: Paint, log: (line: string) => void) {
    this.#parts = parts;
    this.#options = options;
    this.#paint = paint;
    this.#log = log;
  }

  async take(typed: string): Promise<void> {
    try {
      if (typed.startsWith(':')) await this.#command(typed);
      else await this.#query(typed);
    } catch (thrown) {
      const error = asGatewayError(thrown);
      const diagnostics = diagnosticsOf(error);
      if (diagnostics.length > 0) this.#log(renderDiagnostics(diagnostics, this.#paint, columnsOf(process.stdout)));
      this.#log(`${this.#paint('red', 'Error:')} ${error.message}`);
    }
  }

  async #query(query: string): Promise<void> {
    const answer = await evaluateQuery(this.#parts, await readSources(this.#parts), query, this.#options);
    for (const line of renderAside(answer, this.#paint)) this.#log(line);
    if (answer.error !== undefined) {
      this.#log(`${this.#paint('red', 'Error:')} ${answer.error.message} ${this.#paint('dim', `[${answer.error.code}]`)}`);
      return;
    }
    this.#log(renderSolutions(answer.json, this.#paint));
    if (answer.agree === false) this.#log(renderDifference(answer, this.#paint));
  }

  async #command(typed: string): Promise<void> {
    const [, name = '', rest = ''] = /^:(\w*)\s*(.*)$/su.exec(typed) ?? [];
    const given = rest === '' ? undefined : rest;
    switch (name) {
      case 'input':
        this.#options = { ...this.#options, input: given?.startsWith('@') === true ? await readContent(given.slice(1)) : given };
        return;
      case 'package':
        this.#options = { ...this.#options, package: given };
        return;
      case 'import':
        this.#options = { ...this.#options, imports: given === undefined ? undefined : [...(this.#options.imports ?? []), given] };
        return;
      case 'explain': {
        const mode = EXPLAIN_MODES.find((known) => known === given);
        if (given !== undefined && mode === undefined) this.#log(`Expected full, notes or fails, got ${given}`);
        else this.#options = { ...this.#options, explain: mode };
        return;
      }
      case 'profile':
        this.#options = { ...this.#options, profile: this.#options.profile !== true };
        return;
      case 'help':
        this.#log(HELP);
        return;
      default:
        this.#log(`Unknown: ${typed}; :help says what can be typed`);
    }
  }
}

/** Newest first, as the line editor wants them. The file is cut when it has grown to twice what is remembered. */
async function readHistory(file: string): Promise<string[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    const kept = lines.slice(-MAX_HISTORY);
    if (lines.length > 2 * MAX_HISTORY) {
      await writeFile(file, `${kept.join('\n')}\n`, { mode: 0o600 });
      await chmod(file, 0o600);
    }
    return kept.reverse();
  } catch {
    // Nothing was typed yet, or the data folder is not there: a session without memory.
    return [];
  }
}
