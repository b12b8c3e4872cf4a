import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAreClosed } from '../../../src/compiler/are-closed.js';
import { createRegoCompiler } from '../../../src/compiler/rego-compiler.js';
import { silentLog } from '../../../src/log.js';
import { createSourceReader, DEFAULT_SOURCE_LIMITS } from '../../../src/policy/source-reader.js';
import { createWatcher } from '../../../src/watcher/create-watcher.js';
import { moduleText } from '../../helpers/save-scenarios.js';
import { createRecordingEngine } from '../../helpers/recording-engine.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const WAIT_MS = 60_000;

async function watched(policyDir: string) {
  const compiler = createRegoCompiler();
  onTestFinished(() => compiler.close());
  await compiler.versions();
  const reader = createSourceReader({ limits: DEFAULT_SOURCE_LIMITS });
  const engine = createRecordingEngine(policyDir, reader);
  await engine.reload('boot');
  const answers: boolean[] = [];
  const areClosed = async (files: readonly string[]): Promise<boolean> => {
    const closed = await createAreClosed(compiler)(files);
    answers.push(closed);
    return closed;
  };
  // Without a sweep within the test.
  const timing = { sweepMs: 600_000 };
  const api = { attachEngine: () => undefined, registerPolicyReloader: () => undefined };
  const watcher = createWatcher({ policyDir, engine, api, reader, log: silentLog, areClosed, timing });
  onTestFinished(() => watcher.close());
  await watcher.start();
  return { engine, answers, compiler };
}

describe('a file that is written where it lies', () => {
  it('is swift when whoever wrote it is done, and not before', async () => {
    const dir = await tempDir({ 'main.rego': moduleText('main', 'before') });
    const file = path.join(dir, 'main.rego');
    const { engine, answers } = await watched(dir);
    // Again and again: right after the start nothing is known that a write could be compared with, and on a busy machine an answer may be late.
    const swiftly = (word: string): Promise<unknown> =>
      waitFor(
        'an answer that nobody writes',
        async () => {
          await writeFile(file, moduleText('main', word));
          await setTimeout(200);
          return answers.includes(true);
        },
        WAIT_MS,
      );
    await swiftly('first');
    answers.length = 0;
    const writer = await open(file, 'r+');
    onTestFinished(() => writer.close().catch(() => undefined));
    await writer.write(moduleText('main', 'half'));
    await waitFor('a question about the writer', () => answers.length > 0, WAIT_MS);
    expect(answers).not.toContain(true);
    await writer.close();
    await swiftly('whole');
    await waitFor('what was written', () => servedBy(engine) === moduleText('main', 'whole'), WAIT_MS);
  });

  it('is nobody’s where there is no compiler to ask', async () => {
    const compiler = createRegoCompiler();
    const dir = await tempDir({ 'main.rego': moduleText('main', 'before') });
    expect(await createAreClosed(compiler)([path.join(dir, 'main.rego')])).toBe(false);
    await compiler.versions();
    await waitFor('an answer in time', () => createAreClosed(compiler)([path.join(dir, 'main.rego')]), WAIT_MS);
    await compiler.close();
    expect(await createAreClosed(compiler)([path.join(dir, 'main.rego')])).toBe(false);
  });
});

function servedBy(engine: Awaited<ReturnType<typeof watched>>['engine']): string | undefined {
  const [module] = engine.current?.source.modules ?? [];
  return module === undefined ? undefined : Buffer.from(module.bytes).toString();
}
