import { describe, expect, it } from 'vitest';
import { Watchdog } from '../../../src/evaluator/pool/watchdog.js';
import { waitFor } from '../../helpers/wait-for.js';

describe('the watchdog', () => {
  it('checks when something is due, and again for as long as the check asks for it', async () => {
    const answers = [1, 2, undefined];
    let checks = 0;
    const watchdog = new Watchdog(() => answers[checks++]);
    watchdog.within(1);
    await waitFor('the third check', () => checks === 3);
    watchdog.within(1);
    await waitFor('a check after a pause', () => checks === 4);
    watchdog.stop();
  });

  it('moves an earlier date forward, and does not check once it is stopped', async () => {
    let checks = 0;
    const watchdog = new Watchdog(() => {
      checks++;
      return undefined;
    });
    watchdog.within(60_000);
    watchdog.within(1);
    await waitFor('the check', () => checks === 1);
    watchdog.within(1);
    watchdog.stop();
    // The timer of the stopped one would have fired before this one.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(checks).toBe(1);
  });
});
