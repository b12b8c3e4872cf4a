import type * as z from 'zod';
import { nearest } from '../config/problem.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { yamlStem } from '../policy/source-kind.js';
import type { SourceFile } from '../policy/source-set.js';
import { CATEGORY_KEYS, judgeFile, ROOT_KEYS } from './judge-file.js';
import type { JudgeFile } from './judge-file.js';
import { problem, readJudgeDocument } from './judge-document.js';
import type { JudgeDocument } from './judge-document.js';
import { JUDGE_KINDS, KINDS } from './kinds.js';
import type { JudgeKind } from './kinds.js';

export interface CheckedJudgeFile {
  /** Undefined when a diagnostic is an error. */
  readonly file: JudgeFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

const FILE_NAMES = JUDGE_KINDS.map((kind) => KINDS[kind].file);

/** The kind that `judge/<name>.yaml` belongs to. */
export function kindOfFile(path: string): JudgeKind | undefined {
  const name = yamlStem(path);
  return JUDGE_KINDS.find((kind) => KINDS[kind].file === name);
}

/** Everything that is wrong with one file, with its place. */
export function checkJudgeFile(source: SourceFile, kind: JudgeKind | undefined, repeated: boolean): CheckedJudgeFile {
  // Before it is read: of these there may be any number, and reading takes its time.
  const refuse = (message: string): CheckedJudgeFile => ({ file: undefined, diagnostics: [problem(source.path, 'error', message, 1, 1)] });
  if (kind === undefined) return refuse(`No judge is called ${yamlStem(source.path)}.${meant(yamlStem(source.path), FILE_NAMES)}`);
  if (repeated) return refuse(`Another file gives the judge ${yamlStem(source.path)} already: keep one of them.`);
  const document = readJudgeDocument(source);
  if ('message' in document) return { file: undefined, diagnostics: [document] };
  const parsed = judgeFile.safeParse(document.values, { reportInput: true });
  if (!parsed.success) return { file: undefined, diagnostics: parsed.error.issues.flatMap((issue) => describe(issue, document)) };
  const diagnostics = checkNames(parsed.data, kind, document);
  const broken = diagnostics.some(({ severity }) => severity === 'error');
  return { file: broken ? undefined : parsed.data, diagnostics };
}

function checkNames(file: JudgeFile, kind: JudgeKind, document: JudgeDocument): Diagnostic[] {
  const shape = KINDS[kind];
  const diagnostics: Diagnostic[] = [];
  if (file.name !== undefined && file.name !== shape.file && file.name !== kind) {
    diagnostics.push(
      document.at(['name'], 'error', `Expected the name ${shape.file}, as the file is called, got ${JSON.stringify(file.name)}`),
    );
  }
  for (const name of Object.keys(file.categories ?? {})) {
    if (shape.categories.includes(name)) continue;
    const message = `Unknown category ${JSON.stringify(name)}.${meant(name, shape.categories)}`;
    diagnostics.push(document.at(['categories', name], 'error', message));
  }
  for (const [name, category] of Object.entries(file.categories ?? {})) {
    if (category.severity === undefined || category.severity_default === undefined) continue;
    diagnostics.push(document.at(['categories', name], 'error', 'Expected severity or severity_default, got both'));
  }
  if (file.adjudication_prompt !== undefined) {
    diagnostics.push(
      document.at(['adjudication_prompt'], 'warning', 'adjudication_prompt is not used: what the scan finds, no judge takes back'),
    );
  }
  return diagnostics;
}

function describe(issue: z.core.$ZodIssue, document: JudgeDocument): Diagnostic[] {
  const name = issue.path.map(String).join('.');
  if (issue.code !== 'unrecognized_keys') {
    return [document.at(issue.path, 'error', `${name === '' ? '' : `${name}: `}${issue.message}`)];
  }
  const known = issue.path.length === 0 ? ROOT_KEYS : CATEGORY_KEYS;
  return issue.keys.map((key) => document.at([...issue.path, key], 'error', `Unknown key ${JSON.stringify(key)}.${meant(key, known)}`));
}

function meant(word: string, candidates: readonly string[]): string {
  const best = nearest(word, candidates);
  return best === undefined ? ` Known here: ${candidates.join(', ')}.` : ` Did you mean ${best}?`;
}
