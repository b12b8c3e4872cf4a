import type { Rows } from './reload.js';

/** What a reload is to cost, and what it did. */
interface Aim {
  readonly what: string;
  /** Undefined where the section was not asked for, or there was nothing to compare with. */
  readonly measured: number | undefined;
  readonly aim: number;
  /** It is to be so much at least; else at most. */
  readonly atLeast?: boolean;
  readonly unit: 'ms' | 'x' | 'MiB';
}

type Results = Readonly<Record<string, Rows>>;

/** The aims of a reload that costs next to nothing beside what was measured, for the sections that ran. */
export function aimsMet(results: Results): Rows {
  const rows = aimsOf(results).flatMap(({ what, measured, aim, atLeast = false, unit }) => {
    if (measured === undefined) return [];
    const met = atLeast ? measured >= aim : measured <= aim;
    const bound = `${atLeast ? '>=' : '<='} ${aim} ${unit}`;
    return [[what, { measured: `${round(measured)} ${unit}`, aim: bound, met: met ? 'yes' : 'NO' }] as const];
  });
  return Object.fromEntries(rows);
}

function aimsOf(results: Results): readonly Aim[] {
  const of = (section: string, row: string, figure: string): number | undefined => {
    const found = Number(results[section]?.[row]?.[figure] ?? NaN);
    return Number.isNaN(found) ? undefined : found;
  };
  const reload = (row: string, figure: string): number | undefined => of('reload', row, figure);
  const sets = (row: string, figure: string): number | undefined => of('sets', row, figure);
  const ms = (what: string, measured: number | undefined, aim: number): Aim => ({ what, measured, aim, unit: 'ms' });
  const ratio = (what: string, measured: number | undefined, aim: number): Aim => ({ what, measured, aim, unit: 'x' });
  const saved = 'save -> enforced, gateway (ms)';
  const byOpa = 'save -> enforced, opa run --watch (ms)';
  const stages = 'reload stages (ms, p50)';
  return [
    ratio('shipped set, save -> enforced, p50, of OPA --watch', quotient(reload(saved, 'p50'), reload(byOpa, 'p50')), 0.4),
    ratio('shipped set, save -> enforced, p95, of OPA --watch', quotient(reload(saved, 'p95'), reload(byOpa, 'p95')), 0.5),
    ms('shipped set, save -> enforced, p95', reload(saved, 'p95'), 150),
    ms('shipped set, build of one edit, p50', reload(stages, 'compile'), 25),
    ms('shipped set, prepare in all processes, p50', reload(stages, 'prepare'), 8),
    ms('first decision after a swap, 34 entrypoints, worst', of('first', 'shipped policies', 'worst first ms'), 1),
    ms('first decision after a swap, 1,000 modules, worst', of('first', '1,000 small modules', 'worst first ms'), 5),
    ratio('p99 of decisions at 2 reloads a second, of idle', reload('decisions over HTTP, 2 reloads a second', 'p99 ratio'), 1.5),
    ms('1,000 modules, save -> enforced, p50', sets('1,000 small modules', 'p50 ms'), 400),
    ratio('1,000 modules, save -> enforced, p50, of OPA --watch', sets('1,000 small modules', 'p50 ratio'), 0.5),
    ratio('581 checks, save -> enforced, p50, of OPA --watch', sets('581 checks', 'p50 ratio'), 0.5),
    ratio('581 checks, cold start, of OPA', sets('581 checks', 'start ratio'), 1.2),
    ms('581 checks, start from the revision store', sets('581 checks', 'start, kept ms'), 1000),
    { ...ratio('1,000 rules on one field, of OPA', of('evaluation', '(b) 1,000 rules on one field', 'ratio'), 1.5), atLeast: true },
    { ...ratio('RBAC, the lowest row, of OPA', lowestOf(results['evaluation'], '(a) RBAC'), 2.6), atLeast: true },
    { what: 'memory of all processes, idle', measured: reload('memory of all processes, idle (MiB)', 'rss'), aim: 224, unit: 'MiB' },
    ratio('peak memory of a build of 1,000 modules, of OPA', of('peak', 'build of 1,000 modules', 'ratio'), 1.5),
  ];
}

function quotient(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

function lowestOf(rows: Rows | undefined, beginning: string): number | undefined {
  const ratios = Object.entries(rows ?? {}).flatMap(([name, { ratio }]) =>
    name.startsWith(beginning) && ratio !== undefined ? [Number(ratio)] : [],
  );
  return ratios.length === 0 ? undefined : Math.min(...ratios);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
