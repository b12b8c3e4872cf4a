import path from 'node:path';
import type { Coverage } from '../compiler/protocol.js';

export interface LcovPaths {
  /** The folder that the files of the report are relative to. */
  readonly root: string;
  /** What the paths of the tracefile are relative to: where such a file is usually read from. */
  readonly cwd: string;
}

/** Coverage as an LCOV tracefile: one record a file, each line hit once or not at all, and the rules that no test made true. */
export function renderLcov({ files, rules }: Coverage, { root, cwd }: LcovPaths): string {
  return files
    .flatMap(({ file, covered, notCovered, coveredLines, notCoveredLines }) => {
      // A line of two expressions, of which one was not reached, is in both lists.
      const hits = new Map([...rowsOf(covered).map((row) => [row, 1] as const), ...rowsOf(notCovered).map((row) => [row, 0] as const)]);
      const missed = rules.notCovered.filter((rule) => rule.file === file);
      const lines = [...hits].sort(([a], [b]) => a - b);
      return [
        'TN:',
        `SF:${path.relative(cwd, path.join(root, file)).replaceAll(path.sep, '/')}`,
        ...missed.map(({ name, row }) => `FN:${row},${name}`),
        ...missed.map(({ name }) => `FNDA:0,${name}`),
        ...lines.map(([row, hit]) => `DA:${row},${hit}`),
        `LF:${coveredLines + notCoveredLines}`,
        `LH:${coveredLines}`,
        'end_of_record',
      ];
    })
    .join('\n');
}

function rowsOf(ranges: readonly (readonly [number, number])[]): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}
