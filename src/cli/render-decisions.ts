import { revisionOf } from '../decisions/record.js';
import type { DecisionRecord, KeptDecision } from '../decisions/record.js';
import type { PathStats } from '../decisions/stats.js';
import { shortId } from '../policy/source-set.js';
import { labelled, wrapped } from './fit.js';
import type { Columns } from './fit.js';
import type { Paint, Style } from './paint.js';
import { cutLine, fits, plainTable } from './plain-table.js';

const COLOURS: Readonly<Record<string, Style>> = {
  ...{ allow: 'green', allowed: 'green', clean: 'green', true: 'green' },
  ...{ deny: 'red', block: 'red', blocked: 'red', rejected: 'red', false: 'red', error: 'red' },
  ...{ alert: 'yellow', warning: 'yellow', confirm: 'yellow', undefined: 'yellow' },
};

const HEAD = ['TIME', 'RESULT', 'PATH', 'REVISION', 'AGENT', 'MS', 'DECISION'];

/** Decisions, one a row; where a terminal of `width` columns has no room for that, two lines each. */
export function renderDecisions(records: readonly DecisionRecord[], paint: Paint, width?: number): string {
  const rows = records.map((record) => cells(record, paint));
  const table = plainTable(HEAD, rows, paint);
  return fits(table, width) ? table : rows.map((row) => stacked(row, paint, width)).join('\n');
}

/** One decision in one line, its columns as wide as they usually are; or in two, as {@link renderDecisions} has it. */
export function renderDecision(record: DecisionRecord, paint: Paint, width?: number): string {
  const row = cells(record, paint);
  const line = inLine(record, row, paint);
  return fits(line, width) ? line : stacked(row, paint, width);
}

/** The second line has what is copied: the whole id. */
function stacked(
  [time = '', result = '', path = '', revision = '', agent = '', ms = '', id = '']: readonly string[],
  paint: Paint,
  width = 0,
): string {
  const first = [time, result, path];
  const second = [' ', paint('dim', id), revision, `${ms} ms`, agent];
  return [first, second].map((parts) => cutLine(parts, paint, width)).join('\n');
}

function inLine(record: DecisionRecord, row: readonly string[], paint: Paint): string {
  const [time = '', , path = '', revision = '', agent = '', ms = '', id = ''] = row;
  const verdict = record.custom.verdict;
  return [
    time,
    coloured(verdict, paint) + ' '.repeat(Math.max(0, 9 - verdict.length)),
    path.padEnd(28),
    revision,
    agent.padEnd(10),
    ms.padStart(7),
    id,
  ].join('  ');
}

function cells(record: DecisionRecord, paint: Paint): string[] {
  const { timestamp, path, custom, decision_id: id } = record;
  const revision = revisionOf(record);
  return [
    timestamp,
    coloured(custom.verdict, paint),
    path,
    revision === undefined ? '-' : shortId(revision),
    custom.agent ?? '',
    msOf(record),
    id,
  ];
}

function coloured(verdict: string, paint: Paint): string {
  const colour = COLOURS[verdict];
  return colour === undefined ? verdict : paint(colour, verdict);
}

function msOf({ metrics }: DecisionRecord): string {
  return (metrics.timer_server_handler_ns / 1e6).toFixed(3);
}

/** Width of the names of facts with the gap behind them. */
const FACT = 10;

/** All of one decision. */
export function renderWhole({ record }: KeptDecision, paint: Paint, columns?: Columns): string {
  const { custom, error, erased, masked, trace_id: trace, requested_by: peer } = record;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['decision', record.decision_id],
    ['time', `${record.timestamp}, ${msOf(record)} ms`],
    ['path', `${record.path} (${custom.domain})`],
    ['result', coloured(custom.verdict, paint)],
    ['error', error === undefined ? undefined : `${error.code}: ${error.message}`],
    ['revision', revisionOf(record)],
    ['client', [custom.client, peer].filter((part) => part !== undefined).join(' from ') || undefined],
    ['agent', [custom.agent, custom.agent_instance].filter((part) => part !== undefined).join(', ') || undefined],
    ['session', custom.session],
    ['request', custom.request_id],
    ['trace', trace],
    ['erased', erased?.join(' ')],
    ['masked', masked?.join(' ')],
    ['too long', custom.oversized === undefined ? undefined : JSON.stringify(custom.oversized)],
  ];
  const rows = facts.flatMap(([name, value]) => (value === undefined ? [] : [labelled(name.padEnd(FACT), value, FACT, columns)]));
  const documents = (['input', 'result'] as const).flatMap((name) =>
    record[name] === undefined ? [] : [`${paint('dim', name)} ${JSON.stringify(record[name], undefined, 2)}`],
  );
  return [...rows, ...documents].join('\n');
}

/** What became of the decisions of each path, one a row; where a terminal of `width` columns has no room for that, two lines each. */
export function renderStats(stats: readonly PathStats[], paint: Paint, width?: number): string {
  const rows = stats.map(({ path, decisions, errors, results, agents, revisions, p50Ms, p95Ms }) => [
    ...[path, String(decisions)],
    Object.entries(results)
      .map(([word, count]) => `${coloured(word, paint)} ${count}`)
      .join(', '),
    ...[errors === 0 ? '0' : paint('red', String(errors)), String(agents), String(revisions), p50Ms.toFixed(3), p95Ms.toFixed(3)],
  ]);
  const table = plainTable(['PATH', 'DECISIONS', 'RESULTS', 'ERRORS', 'AGENTS', 'REVISIONS', 'P50 MS', 'P95 MS'], rows, paint);
  return fits(table, width) ? table : rows.map((row) => stackedStats(row, width)).join('\n');
}

function stackedStats([name = '', decisions, results, errors, agents, revisions, p50, p95]: readonly string[], width?: number): string {
  const counts = `${decisions} decisions: ${results}; ${errors} errors, ${agents} agents, ${revisions} revisions, ${p50} ms, p95 ${p95} ms`;
  return [name, `  ${counts}`].map((line) => wrapped(line, 4, width)).join('\n');
}
