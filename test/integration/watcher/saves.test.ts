import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../src/log.js';
import { filesOf } from '../../../src/policy/assemble.js';
import { createSourceReader, DEFAULT_SOURCE_LIMITS } from '../../../src/policy/source-reader.js';
import type { SourceSet } from '../../../src/policy/source-set.js';
import { createWatcher } from '../../../src/watcher/create-watcher.js';
import { createRecordingEngine } from '../../helpers/recording-engine.js';
import { moduleText, saveScenarios } from '../../helpers/save-scenarios.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const noApi = { attachEngine: () => undefined, registerPolicyReloader: () => undefined };

/** Without a sweep within the test: what is found here, an event announced. */
const timing = { sweepMs: 600_000 };

async function watched(policyDir: string) {
  const reader = createSourceReader({ limits: DEFAULT_SOURCE_LIMITS });
  const engine = createRecordingEngine(policyDir, reader);
  await engine.reload('boot');
  const watcher = createWatcher({ policyDir, engine, api: noApi, reader, log: silentLog, timing });
  onTestFinished(() => watcher.close());
  await watcher.start();
  return { engine, watcher };
}

function textsOf(set: SourceSet | undefined): Record<string, string> {
  return Object.fromEntries(set === undefined ? [] : filesOf(set).map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]));
}

function same(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

describe('a save is read whole, whatever made it', () => {
  it.each(saveScenarios.filter(({ changes }) => changes))(
    '$name',
    async ({ setup, act, expected }) => {
      const dir = await tempDir();
      const { engine } = await watched(await setup(dir));
      await act(dir);
      const arrived = (): boolean => same(textsOf(engine.current?.source), expected());
      // Five thousand files on a machine that has other things to do.
      await waitFor('the final content in the engine', arrived, 60_000).catch((error: unknown) => {
        expect(textsOf(engine.current?.source)).toEqual(expected());
        throw error;
      });
    },
    120_000,
  );
});

describe('what changes no policy asks for no reload', () => {
  it.each(saveScenarios.filter(({ changes }) => !changes))('$name', async ({ setup, act }) => {
    const dir = await tempDir();
    const policyDir = await setup(dir);
    const { engine } = await watched(policyDir);
    await act(dir);
    // Two quiet periods of 80 ms and the scans after them: enough for a wrong reload to be asked for.
    await setTimeout(400);
    expect(engine.reloads).toEqual(['boot']);
    await writeFile(path.join(policyDir, 'rego/main.rego'), moduleText('main', 'after'));
    await waitFor('the reload of a real change', () => engine.outcomes.length > 1);
    expect(engine.outcomes.map(({ status }) => status)).toEqual(['reloaded', 'reloaded']);
  });
});
