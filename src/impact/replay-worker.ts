import { readExport } from '../decisions/exported.js';
import { openDecisions } from '../decisions/reader.js';
import type { KeptDecision } from '../decisions/record.js';
import { Replica } from '../evaluator/replica.js';
import { giveWayHere } from '../give-way-here.js';
import { answerAll } from '../work-apart.js';
import type { ReplayRequest } from './replay-apart.js';
import { Replayer } from './replay.js';
import type { Replay } from './report.js';

/**
 * Somebody waits for the figures: beside threads that are never idle it gets a twentieth of the time of one of them, where at the lowest priority it
 * would get a hundredth. With no core idle p99 of decisions is half as long again meanwhile, and was no shorter at the lowest.
 */
const PRIORITY = 14;

// The thread that reads recorded decisions and runs them again; see replay-apart.ts.
giveWayHere(PRIORITY);
answerAll((asked) => replay(asked as ReplayRequest));

async function replay({ before, after, maxMemoryBytes, from, filter, limit }: ReplayRequest): Promise<Replay> {
  const was = before === undefined ? undefined : await Replica.load(before, maxMemoryBytes);
  const replayer = new Replayer(was, await Replica.load(after, maxMemoryBytes));
  for await (const kept of decisionsOf({ from, filter, limit })) replayer.run(kept);
  return replayer.report();
}

function decisionsOf({ from, filter, limit }: Pick<ReplayRequest, 'from' | 'filter' | 'limit'>): AsyncIterable<KeptDecision> {
  const options = { ...filter, limit };
  return 'file' in from ? readExport(from.file, options) : openDecisions(from.folder).read({ ...options, order: 'newest' });
}
