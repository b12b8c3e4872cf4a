import { expect, onTestFinished, test } from 'vitest';
import { keepThread } from '../../src/kept-thread.js';

const SCRIPT = new URL('../../src/http/opa/base-member-worker.js', import.meta.url);
const json = Buffer.from('{"a":[1,2]}');

test('one piece of work after the other, a failure costs itself alone, and the thread comes back after its end', async () => {
  const thread = keepThread(SCRIPT, 60_000);
  onTestFinished(() => thread.close());
  const answers = await Promise.allSettled([
    thread.ask({ json, path: ['a', '1'] }),
    thread.ask({ json: null, path: ['a'] }),
    thread.ask({ json, path: ['a'] }),
  ]);
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed'))).toEqual(['2', 'failed', '[1,2]']);
  await thread.close();
  expect(await thread.ask({ json, path: ['a', '0'] })).toBe('1');
});

test('work that runs when the thread is closed fails', async () => {
  const thread = keepThread(SCRIPT, 60_000);
  const answer = thread.ask({ json, path: ['a'] });
  // It has been asked by then, and has not even started.
  await Promise.resolve();
  await thread.close();
  await expect(answer).rejects.toThrow('ended without an answer');
});
