import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../src/evaluator/create-evaluator.js';
import type { Evaluator } from '../../../src/evaluator/evaluator.js';
import { startEarly } from '../../../src/evaluator/pool/early-thread.js';
import { startThread, threadOptions } from '../../../src/evaluator/pool/running-thread.js';
import type { WorkerMessage } from '../../../src/evaluator/pool/running-thread.js';
import { compileRego } from '../../helpers/compile.js';

let evaluator: Evaluator | undefined;

afterEach(() => evaluator?.close());

async function answerOf(maxMemoryMb: number): Promise<{ readonly answer: unknown; readonly spare: unknown }> {
  const early = startEarly(threadOptions());
  evaluator = createEvaluator({ workers: 1, standIns: false, maxMemoryMb, timeoutMs: 20_000 }, early);
  const policy = await compileRego({ 'early.rego': 'package early\n\nanswer := data.answer' });
  const revision = await evaluator.prepare({ id: 'early', policy, data: Buffer.from('{"answer":7}') });
  const { result } = await revision.evaluate({ entrypoint: 'early/answer' });
  return { answer: result, spare: early.take(threadOptions()) };
}

describe('an evaluator thread that runs before anything is configured', () => {
  it('is the first worker where threads are to be as it is', async () => {
    expect(await answerOf(512)).toEqual({ answer: '7', spare: undefined });
  });

  it('makes room for another one where they are not', async () => {
    expect(await answerOf(64)).toEqual({ answer: '7', spare: undefined });
  });

  it('tells what it said before somebody listened', async () => {
    const { worker, listen } = startThread(threadOptions());
    await once(worker, 'message');
    const heard: WorkerMessage[] = [];
    listen({ message: (message) => void heard.push(message), ended: (cause) => expect.fail(String(cause)) });
    await Promise.resolve();
    expect(heard).toEqual([{ type: 'started' }]);
    worker.removeAllListeners('exit');
    await worker.terminate();
  });

  it('ends when nobody takes it', async () => {
    const early = startEarly(threadOptions());
    await early.end();
    expect(early.take(threadOptions())).toBeUndefined();
  });
});
