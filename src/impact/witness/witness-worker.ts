import { Replica } from '../../evaluator/replica.js';
import { giveWayHere } from '../../give-way-here.js';
import { answerAll } from '../../work-apart.js';
import { searchWitness } from './search.js';
import type { WitnessSide } from './search.js';
import type { WitnessRequest, WitnessRequestSide } from './search-apart.js';

/** The thread that searches; see search-apart.ts. */
answerAll(async (asked) => {
  giveWayHere();
  const { before, after, maxMemoryBytes, options } = asked as WitnessRequest;
  return searchWitness(await load(before, maxMemoryBytes), await load(after, maxMemoryBytes), options);
});

async function load({ source, mined }: WitnessRequestSide, maxMemoryBytes: number): Promise<WitnessSide> {
  const { data } = source;
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
  return { replica: await Replica.load(source, maxMemoryBytes), mined, data: JSON.parse(text) };
}
