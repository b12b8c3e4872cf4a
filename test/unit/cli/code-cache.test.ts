import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadScript } from '../../../src/cli/code-cache.js';

const SCRIPT = '(function (told) { function grown(n) { return n + 1; } told(grown(1)); })';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'defenseclaw-test-'));
  file = path.join(folder, 'bundle-AB12.cjs');
  await writeFile(file, SCRIPT);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function runOnce(): ReturnType<typeof loadScript> & { readonly told: unknown } {
  const script = loadScript(file, SCRIPT);
  let told: unknown;
  script.run((value: unknown) => (told = value));
  return { ...script, told };
}

async function codeFile(): Promise<string> {
  const [name, ...others] = (await readdir(folder)).filter((entry) => entry !== path.basename(file));
  expect(others).toEqual([]);
  return path.join(folder, name ?? '');
}

describe('code of a script that is kept', () => {
  it('is taken the next time, and then not written again', async () => {
    const first = runOnce();
    expect(first.told).toBe(2);
    expect(first.isKept).toBe(false);
    first.keep();
    const { mtimeMs } = await stat(await codeFile());
    const second = runOnce();
    expect(second.told).toBe(2);
    expect(second.isKept).toBe(true);
    second.keep();
    expect((await stat(await codeFile())).mtimeMs).toBe(mtimeMs);
  });

  it('is made anew where V8 does not take what lies there', async () => {
    // V8 remembers a text that it has compiled in this process, and looks at nothing that is kept for it.
    await writeFile(file, SCRIPT.replaceAll('grown', 'greater'));
    const kept = `${file}.${process.version}-${process.arch}.code`;
    await writeFile(kept, 'cut short');
    const spoilt = runOnce();
    expect(spoilt.told).toBe(2);
    expect(spoilt.isKept).toBe(false);
    spoilt.keep();
    expect((await stat(kept)).size).toBeGreaterThan('cut short'.length);
    expect(await codeFile()).toBe(kept);
  });

  it('is left out without a word where it cannot be written', async () => {
    await writeFile(`${file}.${process.version}-${process.arch}.code.${process.pid}.tmp`, 'in the way');
    const script = runOnce();
    script.keep();
    expect(script.told).toBe(2);
    expect(runOnce().isKept).toBe(false);
  });
});
