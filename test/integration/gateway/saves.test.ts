import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { saveScenarios } from '../../helpers/save-scenarios.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

type Decisions = Readonly<Record<string, string | undefined>>;

/** What the gateway decides now, over HTTP, for the same entrypoints. */
async function decided({ call }: TestGateway, expected: Decisions): Promise<Decisions> {
  const answers: Record<string, string | undefined> = {};
  for (const entrypoint of Object.keys(expected)) {
    const { result } = (await call('POST', `/v1/data/${entrypoint}`, { input: null })).json();
    answers[entrypoint] = result === undefined ? undefined : JSON.stringify(result);
  }
  return answers;
}

/** That five thousand files are read whole is shown to the watcher, in watcher/saves.test.ts: here they would take as long as all others together. */
const scenarios = saveScenarios.filter(({ changes, name }) => changes && !name.startsWith('5,000-file'));

describe('every way of saving is live in the next decision', () => {
  it.each(scenarios)('$name', { timeout: 240_000 }, async ({ setup, act, decisions }) => {
    const dir = await tempDir();
    const gateway = await startTestGateway(await setup(dir));
    await act(dir);
    const expected = decisions();
    // The first probe tells when the save is live; then all of it has to be.
    const probe = Object.fromEntries(Object.entries(expected).slice(0, 5));
    await waitFor('the save to be live', async () => JSON.stringify(await decided(gateway, probe)) === JSON.stringify(probe), 120_000);
    expect(await decided(gateway, expected)).toEqual(expected);
    expect(gateway.gateway.engine.lastOutcome?.status).not.toBe('rejected');
  });
});
