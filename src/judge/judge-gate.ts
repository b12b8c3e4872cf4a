import type { Gate } from '../engine/candidate.js';
import type { Revision } from '../policy/revision.js';
import { workApart } from '../work-apart.js';
import { readJudgeFiles } from './judge-policy.js';
import type { JudgePolicy, ReadJudgeFiles } from './judge-policy.js';
import { rememberLast, sizeOf } from './read-apart.js';

/** So much YAML is read in 2 ms. What a hostile file may hold takes seconds. */
const SMALL_BYTES = 1024;

const readApart = rememberLast(async (files): Promise<ReadJudgeFiles> => {
  return sizeOf(files) <= SMALL_BYTES ? readJudgeFiles(files) : workApart(new URL('./judge-files-worker.js', import.meta.url), files);
});

/** Judge files that cannot be obeyed reject the reload. */
export const judgeGate: Gate = async ({ source }) => (await readApart(source.judge)).warnings;

/** The judge's part of a revision, read once. Throws `policy_judge_invalid` for a revision that passed no {@link judgeGate}. */
export async function judgePolicyOf({ source }: Pick<Revision, 'source'>): Promise<JudgePolicy> {
  return (await readApart(source.judge)).policy;
}
