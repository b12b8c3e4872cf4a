import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Node } from 'yaml';
import { exceedsYamlDepth } from '../config/yaml-depth.js';
import type { SourceFile } from './source-set.js';

/** A larger file is named without a line: finding it would take longer than the reload. */
const MAX_BYTES = 128 * 1024;
const MAX_DEPTH = 512;
/** Of the line that is shown. */
const MAX_LINE = 200;

/** Where in a data file something is written: 1-based; without a row where it was not looked for. */
export interface DataPlace {
  readonly file: string;
  readonly row?: number;
  readonly col?: number;
  readonly line?: string;
}

/** Where the files write the value at this path of the data document, the last of them that does. Undefined for nowhere. */
export function placeInData(files: readonly SourceFile[], path: readonly string[]): DataPlace | undefined {
  for (const file of files.toReversed()) {
    const folder = file.path.split('/').slice(0, -1);
    if (!folder.every((part, index) => path[index] === part)) continue;
    const at = placeInFile(file, path.slice(folder.length));
    if (at !== undefined) return at;
  }
  return undefined;
}

/** The same within one file; the path begins at its root. JSON is read as the YAML that it is. */
function placeInFile({ path: file, bytes }: SourceFile, path: readonly string[]): DataPlace | undefined {
  if (bytes.length > MAX_BYTES) return { file };
  const text = Buffer.from(bytes).toString('utf8');
  if (exceedsYamlDepth(text, MAX_DEPTH)) return { file };
  const lines = new LineCounter();
  const options = { schema: 'failsafe', uniqueKeys: false, lineCounter: lines, prettyErrors: false, logLevel: 'silent' } as const;
  const offset = keyOffset(parseDocument<Node>(text, options).contents, path);
  if (offset === undefined) return undefined;
  const { line: row, col } = lines.linePos(offset);
  const line = text.split('\n')[row - 1]?.slice(0, MAX_LINE);
  return { file, row, col, ...(line === undefined ? {} : { line }) };
}

/** Where the key at the end of the path begins; undefined when the path leaves the document. */
function keyOffset(root: unknown, path: readonly string[]): number | undefined {
  let node = root;
  let offset = 0;
  for (const key of path) {
    if (!isMap(node)) return undefined;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair === undefined) return undefined;
    offset = (pair.key as Node).range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}
