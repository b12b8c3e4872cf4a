import { readExport } from '../decisions/exported.js';
import { openDecisions } from '../decisions/reader.js';
import type { KeptDecision } from '../decisions/record.js';
import { giveWayHere, Replica } from '../evaluator/replica.js';
import { answerOnce } from '../work-apart.js';
import type { ReplayRequest } from './replay-apart.js';
import { Replayer } from './replay.js';
import type { Replay } from './report.js';

/** The thread that reads recorded decisions and runs them again; see replay-apart.ts. */
answerOnce((asked) => {
  giveWayHere();
  return replay(asked as ReplayRequest);
});

async function replay({ before, after, maxMemoryBytes, from, filter, limit }: ReplayRequest): Promise<Replay> {
  const was = before === undefined ? undefined : await Replica.load(before, maxMemoryBytes);
  const replayer = new Replayer(was, await Replica.load(after, maxMemoryBytes));
  let left = limit;
  for await (const kept of decisionsOf({ from, filter, limit })) {
    replayer.run(kept);
    if (--left <= 0) break;
  }
  return replayer.report();
}

function decisionsOf({ from, filter, limit }: Pick<ReplayRequest, 'from' | 'filter' | 'limit'>): AsyncIterable<KeptDecision> {
  return 'file' in from ? readExport(from.file, filter) : openDecisions(from.folder).read({ ...filter, limit, order: 'newest' });
}
