import * as z from 'zod';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { SourceFile } from '../policy/source-set.js';
import { SAMPLE_KINDS } from './sample.js';
import type { SuiteSample } from './sample.js';

/** Samples of all suites of a folder. Each costs about a millisecond at a reload. */
const MAX_SAMPLES = 20_000;
/** Bytes of one line. */
const MAX_LINE = 64 * 1024;
/** Levels of what a line holds. */
const MAX_DEPTH = 64;
/** Findings that are told; what is wrong is seldom wrong once. */
const MAX_FINDINGS = 20;
const MAX_NAME = 256;

const name = z.string().min(1).max(MAX_NAME);

const line = z
  .strictObject({
    id: name.optional(),
    want: z.enum(['attack', 'benign']),
    kind: z.enum(SAMPLE_KINDS),
    tool: name.optional(),
    text: z.string().optional(),
    args: z.unknown().optional(),
    /** For people. */
    lang: name.optional(),
    note: z.string().optional(),
  })
  .refine(({ text, args }) => (text === undefined) !== (args === undefined), 'Expected either text or args')
  .refine(({ kind, args }) => args === undefined || kind === 'tool', 'args are those of kind "tool"')
  .refine(({ kind, tool }) => kind !== 'tool' || tool !== undefined, 'Expected the name of the tool, for kind "tool"');

export interface Suites {
  readonly samples: readonly SuiteSample[];
  /** Lines that are none, and bounds that are passed. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The suites of a policy folder, `suites/*.jsonl`. Never throws. */
export function readSuites(files: readonly SourceFile[]): Suites {
  const samples: SuiteSample[] = [];
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, string>();
  const tell = (file: string, row: number, message: string): void => {
    if (diagnostics.length < MAX_FINDINGS) diagnostics.push({ severity: 'error', code: 'policy_suites_failed', message, file, row });
  };
  for (const file of files) {
    for (const { text, row } of linesOf(file)) {
      if (samples.length >= MAX_SAMPLES) {
        tell(file.path, row, `the suites of a folder hold at most ${MAX_SAMPLES} samples`);
        return { samples, diagnostics };
      }
      const sample = text === undefined ? `a line has at most ${MAX_LINE} bytes` : readLine(text, file.path, row);
      if (typeof sample === 'string') tell(file.path, row, sample);
      else {
        const other = seen.get(sample.id);
        if (other === undefined) samples.push(sample);
        else tell(file.path, row, `the id ${sample.id} is that of ${other}`);
        seen.set(sample.id, `${file.path}:${row}`);
      }
    }
  }
  return { samples, diagnostics };
}

/** Lines that hold something, numbered from 1; without text where there is too much of it. */
function* linesOf({ bytes }: SourceFile): Generator<{ readonly text: string | undefined; readonly row: number }, void, undefined> {
  let row = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    row++;
    if (end - start > MAX_LINE) yield { text: undefined, row };
    else {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
        .toString('utf8')
        .trim();
      if (text !== '') yield { text, row };
    }
    start = end + 1;
  }
}

/** A sample, or what is wrong with the line. */
function readLine(text: string, file: string, row: number): SuiteSample | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (depthOf(value) > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels`;
  const parsed = line.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue?.path.join('.') ?? '';
    return `${at === '' ? '' : `${at}: `}${issue?.message ?? 'is no sample'}`;
  }
  const { id, want, kind, tool, text: prose, args } = parsed.data;
  return {
    ...{ id: id ?? `${file}:${row}`, file, row, category: categoryOf(file), want, kind, content: prose ?? args },
    ...(tool === undefined ? {} : { tool }),
  };
}

function depthOf(value: unknown): number {
  let level: readonly unknown[] = [value];
  for (let depth = 0; ; depth++) {
    level = level.flatMap((one): readonly unknown[] => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0 || depth > MAX_DEPTH) return depth;
  }
}

function categoryOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.jsonl$/u, '');
}
