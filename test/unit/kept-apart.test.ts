import { expect, onTestFinished, test } from 'vitest';
import { keepApart } from '../../src/kept-apart.js';
import { openThread } from '../../src/work-apart.js';

const SCRIPT = new URL('../../src/http/opa/base-member-worker.js', import.meta.url);
const json = Buffer.from('{"a":[1,2]}');

test('one piece of work after the other, a failure costs itself alone, and the thread comes back after its end', async () => {
  const thread = keepApart(() => openThread(SCRIPT), 60_000);
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

test('a signal ends the work that runs and what waits for it, each for itself, and the thread comes back', async () => {
  const thread = keepApart(() => openThread(SCRIPT), 60_000);
  onTestFinished(() => thread.close());
  const running = new AbortController();
  const waiting = new AbortController();
  const first = thread.ask({ json, path: ['a'] }, running.signal);
  const second = thread.ask({ json, path: ['a'] }, waiting.signal);
  const third = thread.ask({ json, path: ['a', '0'] });
  waiting.abort(new Error('waited for too long'));
  await expect(second).rejects.toThrow('waited for too long');
  running.abort(new Error('ran for too long'));
  await expect(first).rejects.toThrow('ran for too long');
  expect(await third).toBe('1');
  await expect(thread.ask({ json, path: ['a'] }, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
});

test('work that runs when the thread is closed fails', async () => {
  const thread = keepApart(() => openThread(SCRIPT), 60_000);
  const answer = thread.ask({ json, path: ['a'] });
  // It has been asked by then, and has not even started.
  await Promise.resolve();
  await thread.close();
  await expect(answer).rejects.toThrow('ended without an answer');
});
