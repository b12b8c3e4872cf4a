import { readExport } from '../decisions/exported.js';
import { openDecisions } from '../decisions/reader.js';
import type { KeptDecision } from '../decisions/record.js';
import { answerParent } from '../process-apart.js';
import type { ReplayRequest } from './replay-apart.js';
import { Replayer } from './replay.js';
import type { Replay } from './report.js';
import { Sides } from './sides.js';
import type { NamedSide } from './sides.js';
import { Turns } from './turns.js';

// The process that reads recorded decisions and runs them again; see replay-apart.ts.
const sides = new Sides();
answerParent((asked) => replay(asked as ReplayRequest<NamedSide>));

/** Undefined where it was given but the names of revisions that it does not have. */
async function replay({ before, after, maxMemoryBytes, from, filter, limit }: ReplayRequest<NamedSide>): Promise<Replay | undefined> {
  const was = before === undefined ? undefined : await sides.load(before, maxMemoryBytes);
  const is = await sides.load(after, maxMemoryBytes);
  if (is === undefined || (was === undefined && before !== undefined)) return undefined;
  const replayer = new Replayer(was, is);
  const turns = new Turns();
  for await (const kept of decisionsOf({ from, filter, limit })) {
    replayer.run(kept);
    turns.next();
  }
  return replayer.report();
}

function decisionsOf({ from, filter, limit }: Pick<ReplayRequest, 'from' | 'filter' | 'limit'>): AsyncIterable<KeptDecision> {
  const options = { ...filter, limit };
  return 'file' in from ? readExport(from.file, options) : openDecisions(from.folder).read({ ...options, order: 'newest' });
}
