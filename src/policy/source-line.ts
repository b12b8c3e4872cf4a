import type { Diagnostic } from './diagnostic.js';
import type { SourceSet } from './source-set.js';

/** As the compiler service cuts lines. */
const MAX_LINE = 400;

/** What was found with no text at hand gets the line that it is about. */
export function withLine(found: Diagnostic, { modules, tests }: Pick<SourceSet, 'modules' | 'tests'>): Diagnostic {
  const { file, row, line } = found;
  if (line !== undefined || file === undefined || row === undefined) return found;
  const source = [...modules, ...tests].find(({ path }) => path === file);
  const text = source === undefined ? undefined : Buffer.from(source.bytes).toString('utf8').split('\n')[row - 1];
  return text === undefined ? found : { ...found, line: text.slice(0, MAX_LINE) };
}
