import type { Coverage, FileCoverage, NotCoveredReason } from '../compiler/protocol.js';
import type { SourceFile } from '../policy/source-set.js';
import type { Paint } from './paint.js';
import { count } from './render-diagnostics.js';
import { visibleLine } from './visible.js';

/** Lines shown around those that were not reached, and lines shown in all. */
const CONTEXT = 2;
const MAX_SHOWN = 300;
const TAB = '    ';

const BECAUSE = {
  index_excluded: 'left out by the rule index',
  early_exit: 'not needed: the value was known',
} as const;

export interface SourceOptions {
  readonly modules: readonly SourceFile[];
  /** Width of the terminal. */
  readonly columns: number;
}

/** The figures, and each file with the lines that no test reached and why, as far as the interpreter knows. */
export function renderCoverage({ percent, coveredLines, notCoveredLines, rules, files }: Coverage, paint: Paint): string[] {
  const ofLines = `${percent.toFixed(1)} % of ${count(coveredLines + notCoveredLines, 'line')}`;
  const served = count(rules.covered + rules.notCovered.length, 'rule');
  return [`coverage ${ofLines}, ${rules.percent.toFixed(1)} % of ${served}`, ...files.map((file) => fileLine(file, paint))];
}

function fileLine({ file, percent, notCovered, reasons = [] }: FileCoverage, paint: Paint): string {
  const missing = notCovered.map(([from, to]) => {
    const kinds = new Set(reasons.filter((reason) => reason.from <= to && reason.to >= from).flatMap(({ kinds: all }) => all));
    return `${from === to ? from : `${from}-${to}`}${kinds.size === 0 ? '' : ` (${[...kinds].join(', ')})`}`;
  });
  const head = `  ${percent.toFixed(1).padStart(6)} %  ${visibleLine(file)}`;
  return missing.length === 0 ? head : `${head}${paint('yellow', `  not covered: ${missing.join(', ')}`)}`;
}

/** The source around every line that was not reached, for a terminal. */
export function renderUncovered({ files }: Coverage, { modules, columns }: SourceOptions, paint: Paint): string[] {
  const texts = new Map(modules.map(({ path, bytes }) => [path, Buffer.from(bytes).toString('utf8').split('\n')]));
  const all = files
    .filter(({ notCovered }) => notCovered.length > 0)
    .flatMap((file) => ['', paint('bold', visibleLine(file.file)), ...annotated(file, texts.get(file.file) ?? [], columns, paint)]);
  if (all.length <= MAX_SHOWN) return all;
  return [...all.slice(0, MAX_SHOWN), paint('dim', `… ${all.length - MAX_SHOWN} more lines: --format lcov has them all`)];
}

function annotated({ covered, notCovered, reasons = [] }: FileCoverage, text: readonly string[], columns: number, paint: Paint): string[] {
  const width = String(text.length).length;
  const lines: string[] = [];
  let last = 0;
  for (let row = 1; row <= text.length; row++) {
    if (!within(notCovered, row, CONTEXT)) continue;
    if (last !== 0 && row > last + 1) lines.push(paint('dim', `${' '.repeat(width + 3)}⋮`));
    last = row;
    const missed = within(notCovered, row, 0);
    const mark = missed ? '✗' : within(covered, row, 0) ? '✓' : ' ';
    const note = missed ? noteOf(reasons, row, within(notCovered, row - 1, 0)) : '';
    const head = `${mark} ${String(row).padStart(width)} │ `;
    const source = (text[row - 1] ?? '').replace(/\r$/u, '').replaceAll('\t', TAB);
    const shown = cut(visibleLine(source), Math.max(20, columns - head.length));
    const style = missed ? 'red' : mark === '✓' ? 'green' : 'dim';
    lines.push(`${paint(style, head)}${missed ? paint('red', shown) : shown}`);
    if (note !== '') lines.push(`${' '.repeat(width + 3)}${paint('yellow', `╰ ${note}`)}`);
  }
  return lines;
}

/** Once for lines that follow each other and have the same reason. */
function noteOf(reasons: readonly NotCoveredReason[], row: number, again: boolean): string {
  const reason = reasons.find(({ from, to }) => row >= from && row <= to);
  if (reason === undefined || (again && row > reason.from)) return '';
  return reason.kinds.map((kind) => `${kind}: ${BECAUSE[kind]}`).join('; ');
}

function within(ranges: readonly (readonly [number, number])[], row: number, around: number): boolean {
  return ranges.some(([from, to]) => row >= from - around && row <= to + around);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
