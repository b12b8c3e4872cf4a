import type { Gate } from '../engine/candidate.js';
import type { Revision } from '../policy/revision.js';
import type { SourceFile } from '../policy/source-set.js';
import { workApart } from '../work-apart.js';
import { readJudgeFiles } from './judge-policy.js';
import type { JudgePolicy, ReadJudgeFiles } from './judge-policy.js';

/** So much YAML is read in 2 ms. What a hostile file may hold takes seconds. */
const SMALL_BYTES = 1024;

type Files = readonly SourceFile[];

/** By the list of files, which is the source set's own. */
const memo = new WeakMap<Files, Promise<ReadJudgeFiles>>();
/** Most saves leave the judge files alone, and each of these its bytes. */
let last: { readonly files: Files; readonly read: Promise<ReadJudgeFiles> } | undefined;

/** Judge files that cannot be obeyed reject the reload. */
export const judgeGate: Gate = async ({ source }) => (await readApart(source.judge)).warnings;

/** The judge's part of a revision, read once. Throws `policy_judge_invalid` for a revision that passed no {@link judgeGate}. */
export async function judgePolicyOf({ source }: Pick<Revision, 'source'>): Promise<JudgePolicy> {
  return (await readApart(source.judge)).policy;
}

function readApart(files: Files): Promise<ReadJudgeFiles> {
  const known = memo.get(files) ?? (last !== undefined && isSame(last.files, files) ? last.read : read(files));
  memo.set(files, known);
  last = { files, read: known };
  // The next one who asks tries again.
  known.catch(() => {
    memo.delete(files);
    last = undefined;
  });
  return known;
}

async function read(files: Files): Promise<ReadJudgeFiles> {
  if (files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) <= SMALL_BYTES) return readJudgeFiles(files);
  return workApart(new URL('./judge-files-worker.js', import.meta.url), files);
}

function isSame(before: Files, now: Files): boolean {
  return before.length === now.length && before.every(({ path, bytes }, index) => path === now[index]?.path && bytes === now[index].bytes);
}
