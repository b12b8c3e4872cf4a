import type { Gate } from '../../engine/candidate.js';
import type { Revision } from '../../policy/revision.js';
import { workApart } from '../../work-apart.js';
import { rememberLast } from '../read-apart.js';
import type { ReadPack } from './read-pack.js';
import type { RulePack } from './rule-pack.js';

const NO_PACK: ReadPack = { pack: { rules: [], suppressions: { findings: [], tools: [] }, tools: new Map() }, warnings: [] };

/** A thread for no files would take longer than the rest of a small reload; and what reads them is not loaded here, for a start waits for it. */
const readApart = rememberLast(async (files): Promise<ReadPack> => {
  return files.length === 0 ? NO_PACK : workApart(new URL('./pack-worker.js', import.meta.url), files);
});

/** A rule pack that cannot be obeyed rejects the reload. */
export const packGate: Gate = async ({ source }) => (await readApart(source.pack)).warnings;

/** The rule pack of a revision, read once. Throws `policy_rulepack_invalid` for a revision that passed no {@link packGate}. */
export async function rulePackOf({ source }: Pick<Revision, 'source'>): Promise<RulePack> {
  return (await readApart(source.pack)).pack;
}
