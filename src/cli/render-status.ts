import type { GatewayError } from '../errors.js';
import { shortId } from '../policy/source-set.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { suiteSummary } from '../suites/score.js';
import type { SuiteScore } from '../suites/score.js';
import { briefTime } from './brief-time.js';
import { labelled, wrapped } from './fit.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';
import { count, renderDiagnostics, unsaid } from './render-diagnostics.js';

/** The parts of GET /status that are shown to people. */
export interface StatusBody {
  readonly health: { readonly status: string; readonly reason?: string; readonly uptime_ms: number };
  readonly policy: {
    readonly state: 'none' | 'stale' | 'current';
    readonly revision: string | null;
    readonly loaded_at: string | null;
    readonly source: string | null;
    readonly modules: number;
    readonly on_disk_differs: boolean;
    readonly pinned: { readonly revision: string; readonly at: string; readonly by?: string; readonly reason?: string } | null;
    readonly recovered: boolean;
    readonly last_rejection?: { readonly number: number; readonly at: string; readonly code: string; readonly message: string } | null;
    readonly last_attempt: {
      readonly trigger: string;
      readonly outcome: string;
      readonly at: string;
      readonly duration_ms: number;
      readonly error: { readonly code: string; readonly message: string } | null;
      readonly diagnostics: readonly Diagnostic[];
    } | null;
  };
  readonly config?: {
    readonly not_used?: readonly string[];
    /** Settings of the file that wait for a restart. */
    readonly needs_restart?: readonly string[];
    /** Why the file cannot be used. */
    readonly problem?: string | null;
  };
  readonly watcher: { readonly mode: string; readonly reason?: string };
  readonly audit: { readonly state: string; readonly last_error: string | null };
  readonly gates?: Readonly<Record<string, GateStatus>>;
  /** Absent: the main process answers everything. */
  readonly serving?: { readonly processes: number; readonly pids: readonly number[] };
  readonly history?: { readonly state: string; readonly last_error: string | null };
}

/** What a gate said last; without a state it was not asked yet. */
interface GateStatus {
  readonly mode: string;
  /** Which it speaks of. */
  readonly revision?: string;
  readonly state?: 'running' | 'passed' | 'failed' | 'forced' | 'stopped';
  readonly by?: string;
  readonly passed?: number;
  readonly score?: SuiteScore;
  readonly failing?: readonly string[];
  readonly findings?: readonly Pick<Diagnostic, 'message'>[];
}

const LABEL = 12;

const STATES = { current: 'green', stale: 'yellow', none: 'red' } as const;

export function renderStatus(
  base: string,
  { health, config, policy, watcher, audit, history, serving, gates = {} }: StatusBody,
  paint: Paint,
  columns?: Columns,
): string {
  const rows: [string, string][] = [
    ['gateway', `${base}, up ${duration(health.uptime_ms)}`],
    ['health', health.status === 'ok' ? paint('green', 'ok') : `${paint('yellow', health.status)} - ${health.reason ?? ''}`],
    [
      'policy',
      `${paint(STATES[policy.state], policy.state)}${policy.on_disk_differs ? paint('yellow', ' (the folder differs from what serves)') : ''}`,
    ],
    [
      'revision',
      policy.revision === null
        ? 'none'
        : `${shortId(policy.revision)}, ${count(policy.modules, 'module')}, loaded ${briefTime(policy.loaded_at ?? '')}`,
    ],
    ...(policy.pinned === null ? [] : [['pinned', paint('yellow', pinText(policy.pinned))] as [string, string]]),
    ['folder', policy.source ?? 'not configured'],
    ...notUsedRow(config?.not_used ?? []),
    ...configRow(config, paint),
    ['watcher', watcher.reason === undefined ? watcher.mode : `${watcher.mode} - ${watcher.reason}`],
    ['decided by', decidersText(serving)],
    ['audit', stateText(audit)],
    ...(history === undefined ? [] : [['history', stateText(history)] as [string, string]]),
    ...Object.entries(gates).flatMap(([name, gate]): [string, string][] =>
      gate.mode === 'off' || gate.state === undefined ? [] : [[name, gateText(gate, paint, policy.revision)]],
    ),
  ];
  const { last_attempt: last, last_rejection: refused = null } = policy;
  // One that is the last attempt is told below with its findings.
  if (refused !== null && last?.outcome !== 'rejected')
    rows.push(['last refused', `no ${refused.number} at ${briefTime(refused.at)}: ${refused.message}`]);
  if (last !== null)
    rows.push(['last attempt', `${last.outcome} (${last.trigger}, ${last.duration_ms.toFixed(0)} ms) at ${briefTime(last.at)}`]);
  const table = rows.map(([label, value]) => labelled(`${paint('dim', label.padEnd(LABEL))} `, value, LABEL + 1, columns));
  if (last?.error !== null && last?.error !== undefined)
    table.push(wrapped(`${paint('red', last.error.code)}: ${last.error.message}`, 2, columns));
  const findings = unsaid(last?.diagnostics ?? [], last?.error?.message ?? '');
  if (findings.length > 0) table.push(renderDiagnostics(findings, paint, columns));
  return table.join('\n');
}

/** What takes the place of the status while the gateway is away. */
export function renderAway({ code, message }: Pick<GatewayError, 'code' | 'message'>, paint: Paint, columns?: Columns): string {
  return wrapped(`${paint('red', code)}: ${message}`, 2, columns);
}

/** Settings of DefenseClaw's own file that mean nothing to this gateway. */
function notUsedRow(names: readonly string[]): [string, string][] {
  if (names.length === 0) return [];
  const more = names.length > MAX_NOT_USED ? ` and ${names.length - MAX_NOT_USED} more` : '';
  return [['not used', `${names.slice(0, MAX_NOT_USED).join(', ')}${more} (of the configuration)`]];
}

/** Names of them that are shown. */
const MAX_NOT_USED = 8;

/** What was written into the file while the gateway runs and does not hold. */
function configRow(
  { needs_restart: waiting = [], problem = null }: NonNullable<StatusBody['config']> = {},
  paint: Paint,
): [string, string][] {
  if (problem !== null) return [['config', `${paint('red', 'cannot be used')}, the one of before stays: ${problem}`]];
  return waiting.length === 0 ? [] : [['config', `${paint('yellow', 'needs a restart')}: ${waiting.join(', ')}`]];
}

const GATE_STATES = { running: 'dim', passed: 'green', failed: 'red', forced: 'yellow', stopped: 'yellow' } as const;

/** `12 passed`, `failed (warn): data.a_test.test_x and 2 more`, `forced by ann: ...`. */
function gateText(gate: GateStatus, paint: Paint, serving: string | null): string {
  const { revision = serving } = gate;
  // What went back is not asked again: the last word may be one about what it went back from.
  return `${verdictText(gate, paint)}${revision === null || revision === serving ? '' : paint('dim', `, of ${shortId(revision)}`)}`;
}

function verdictText({ mode, state = 'running', by, passed = 0, score, failing = [], findings = [] }: GateStatus, paint: Paint): string {
  if (state === 'passed' && score !== undefined) return `${paint('green', state)}: ${suiteSummary(score)}`;
  if (state === 'passed') return paint('green', passed === 0 ? state : `${passed} ${state}`);
  const how = `${paint(GATE_STATES[state], state)}${by === undefined ? '' : ` by ${by}`} (${mode})`;
  const first = failing[0] ?? findings[0]?.message;
  if (first === undefined) return how;
  const more = Math.max(failing.length, findings.length) - 1;
  return `${how}: ${first}${more > 0 ? ` and ${more} more` : ''}`;
}

function stateText({ state, last_error: error }: StatusBody['audit']): string {
  return error === null ? state : `${state} - ${error}`;
}

function decidersText(serving: StatusBody['serving']): string {
  if (serving === undefined) return 'the main process';
  return `${serving.processes} serving ${serving.processes === 1 ? 'process' : 'processes'} (${serving.pids.join(', ')})`;
}

function pinText({ revision, at, by, reason }: NonNullable<StatusBody['policy']['pinned']>): string {
  return `${shortId(revision)} since ${briefTime(at)}${by === undefined ? '' : ` by ${by}`}${reason === undefined ? '' : `: ${reason}`}`;
}

/** `42 s`, `3 min 10 s`, `2 h 5 min`. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
