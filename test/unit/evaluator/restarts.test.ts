import { describe, expect, it } from 'vitest';
import { Restarts } from '../../../src/evaluator/pool/restarts.js';
import { waitFor } from '../../helpers/wait-for.js';

describe('restarts of threads', () => {
  it('wait after a failure, and then retry once', async () => {
    let retries = 0;
    const restarts = new Restarts(() => retries++);
    expect(restarts.waiting).toBe(false);
    restarts.failed();
    restarts.failed();
    expect(restarts.waiting).toBe(true);
    await waitFor('the retry', () => !restarts.waiting);
    expect(retries).toBe(1);
    restarts.stop();
  });

  it('are hopeless after four failures in a row, and not after a success', () => {
    const restarts = new Restarts(() => undefined);
    for (let failure = 0; failure < 3; failure++) restarts.failed();
    expect(restarts.hopeless).toBe(false);
    restarts.failed();
    expect(restarts.hopeless).toBe(true);
    expect(restarts.error(new Error('cause'))).toMatchObject({
      code: 'evaluation_failed',
      message: expect.stringContaining('4') as string,
    });
    restarts.succeeded();
    expect(restarts.hopeless).toBe(false);
    restarts.stop();
  });
});
