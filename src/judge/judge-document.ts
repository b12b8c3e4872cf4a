import { LineCounter, parseDocument } from 'yaml';
import { exceedsYamlDepth } from '../config/yaml-depth.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { SourceFile } from '../policy/source-set.js';
import { offsetOf } from '../config/yaml-offset.js';

/** A prompt and a table of categories need a hundredth of it. */
const MAX_JUDGE_FILE_BYTES = 256 * 1024;
const MAX_DEPTH = 16;
const MAX_ALIASES = 100;
const ONE_DOCUMENT = 'Expected one document, got a second one: what stands in it would be read by nobody';

/** A judge file as plain values, with the places they stand at. */
export interface JudgeDocument {
  readonly values: unknown;
  /** Diagnostic at the key of a path, or at the nearest key above it. */
  readonly at: (path: readonly PropertyKey[], severity: Diagnostic['severity'], message: string) => Diagnostic;
}

/** The document, or the one diagnostic that says why there is none. */
export function readJudgeDocument({ path: file, bytes }: SourceFile, code = 'policy_judge_invalid'): JudgeDocument | Diagnostic {
  const fail = (message: string, row = 1, col = 1): Diagnostic => problem(file, 'error', message, row, col, code);
  if (bytes.length > MAX_JUDGE_FILE_BYTES) return fail(`Expected at most ${MAX_JUDGE_FILE_BYTES} bytes, got ${bytes.length}`);
  const text = Buffer.from(bytes).toString('utf8');
  if (exceedsYamlDepth(text, MAX_DEPTH)) return fail(`Expected at most ${MAX_DEPTH} levels of nesting`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, logLevel: 'error' });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    return fail(error.code === 'MULTIPLE_DOCS' ? ONE_DOCUMENT : error.message, line, col);
  }
  try {
    const values: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return {
      values: values ?? {},
      at: (path, severity, message) => {
        const { line, col } = lines.linePos(offsetOf(document, path));
        return problem(file, severity, message, Math.max(line, 1), Math.max(col, 1), code);
      },
    };
  } catch (thrown) {
    return fail(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** A diagnostic of a judge file at a place. */
export function problem(
  file: string,
  severity: Diagnostic['severity'],
  message: string,
  row: number,
  col: number,
  code = 'policy_judge_invalid',
): Diagnostic {
  return { severity, code, message, file, row, col };
}
