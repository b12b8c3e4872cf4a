import { execFile } from 'node:child_process';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

import { tempDir } from '../../helpers/temp-dir.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../../src/compiler/service/build.mjs', import.meta.url));

/** Runs the build script into `dir`/out with nothing but `dir` on the PATH. A failing script rejects. */
async function build(dir: string): Promise<string> {
  const { stderr } = await run(process.execPath, [script, path.join(dir, 'out')], { env: { PATH: dir } });
  return stderr;
}

async function fakeGo(body: string): Promise<string> {
  const dir = await tempDir();
  await writeFile(path.join(dir, 'go'), `#!/bin/sh\n${body}\n`);
  await chmod(path.join(dir, 'go'), 0o755);
  return dir;
}

test('without Go the install goes on, and one paragraph says what will not work', async () => {
  const said = await build(await tempDir());
  expect(said.trim().split('\n')).toHaveLength(1);
  expect(said).toMatch(/no `go` was found.*compiler_missing.*Install Go.*npm run build.*DEFENSECLAW_REGO_COMPILER/);
});

test('a Go that is too old is named', async () => {
  expect(await build(await fakeGo('echo go1.20.5'))).toContain('the PATH has Go 1.20');
});

test('an error of the Go compiler fails the build and leaves no binary behind', async () => {
  const dir = await fakeGo('if [ "$1" = env ]; then echo go1.26.0; else echo broken >&2; exit 3; fi');
  await expect(build(dir)).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^broken\nThe Rego compiler was not built, .*`npm run build:compiler`\.\n$/) as string,
  });
  expect(await readdir(path.join(dir, 'out'))).toEqual([]);
});

test('a build says that it goes on, and how long it took', async () => {
  const dir = await fakeGo('if [ "$1" = env ]; then echo go1.26.0; else while [ "$1" != -o ]; do shift; done; echo > "$2"; fi');
  const { stdout } = await run(process.execPath, [script, path.join(dir, 'out')], { env: { PATH: dir } });
  expect(stdout).toMatch(/^Compiling the Rego compiler with Go 1\.26: .*\nThe Rego compiler was built in \d+ s\.\n$/);
});

test('sources that did not change are not built again', async () => {
  const dir = await fakeGo(
    'if [ "$1" = env ]; then echo go1.26.0; else while [ "$1" != -o ]; do shift; done; echo built >> "$(dirname "$2")/log"; echo > "$2"; fi',
  );
  // The fake needs `dirname` of the system.
  const env = { PATH: `${dir}:/usr/bin:/bin` };
  for (let i = 0; i < 2; i++) await run(process.execPath, [script, path.join(dir, 'out')], { env });
  expect((await run('cat', [path.join(dir, 'out/log')])).stdout).toBe('built\n');
});
