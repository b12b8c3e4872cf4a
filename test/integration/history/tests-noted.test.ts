import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderHistory } from '../../../src/cli/render-history.js';
import { EntryLog } from '../../../src/history/entry-log.js';
import { silentLog } from '../../../src/log.js';
import { waitFor } from '../../helpers/wait-for.js';
import { createScene } from './history-gateway.js';

const TEST = 'package marker_test\n\ntest_a if data.marker.value == "a"\n\ntest_any if data.marker.value\n';
const SLOW =
  'package marker_test\n\ntest_slow if count([n | some n in numbers.range(1, 100000); n % count(numbers.range(1, 1000)) == 0]) > 0\n';
const plain = (_style: unknown, text: string): string => text;

describe.each(['warn', 'enforce'])('with gates.tests: %s, the history', (mode) => {
  it('says what the tests of a revision came to, also to who opens it later', async () => {
    const scene = await createScene();
    await writeFile(path.join(scene.policyDir, 'marker_test.rego'), TEST);
    const running = await scene.start({ 'gates.tests': mode });
    const { history } = running.gateway;
    const told = async (number: number): Promise<unknown> =>
      waitFor(`the tests of ${number}`, async () => (await history.entries()).find((entry) => entry.number === number)?.tests, 20_000);
    expect(await told(1)).toEqual({ state: 'passed', passed: 2, failed: 0 });
    await scene.save(running, 'b');
    expect(await told(2)).toEqual({ state: 'failed', passed: 1, failed: 1 });

    const entries = await new EntryLog(path.join(scene.dataDir, 'revisions', 'entries'), silentLog).all();
    expect(entries.map(({ tests }) => tests?.state)).toEqual(['passed', 'failed']);
    const text = renderHistory({ serving: null, pinned: null, entries: entries.toReversed() }, plain);
    expect(text).toMatch(/TESTS[^]*1 of 2 failed[^]*2 passed/u);
  });

  it('says that they did not end in time', async () => {
    const scene = await createScene();
    const running = await scene.start({ 'gates.tests': mode, 'gates.timeout': '100ms' });
    await writeFile(path.join(scene.policyDir, 'marker_test.rego'), SLOW);
    await scene.save(running, 'b');
    const { history } = running.gateway;
    const entries = await waitFor(
      'the tests to be given up',
      async () => {
        const all = await history.entries();
        return all.at(-1)?.tests === undefined ? undefined : all;
      },
      20_000,
    );
    expect(entries.at(-1)?.tests).toEqual({ state: 'timeout', passed: 0, failed: 0 });
    expect(renderHistory({ serving: null, pinned: null, entries }, plain)).toMatch(/ timeout\b/u);
  });
});
